"""What every long-running part needs: clock, backoff, supervision, health, systemd."""
