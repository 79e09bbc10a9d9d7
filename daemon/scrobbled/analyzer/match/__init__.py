"""Links listens to the recordings of the library.

A batch of listens goes through four stages: `locate` finds the files that the players named,
`search` decides (by the rules of `domain.matching`), `facets` credits what is not linked, and
`run` writes. Before all that, `follow` has listens looked at again that a scan may concern.
"""

from scrobbled.analyzer.match.run import MatchReport, match
from scrobbled.analyzer.match.search import MatchSettings

__all__ = ["MatchReport", "MatchSettings", "match"]
