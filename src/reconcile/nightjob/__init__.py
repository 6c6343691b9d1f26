"""What a run without a person needs: its settings, a template of them, the inbox, the lock and the logbook."""
