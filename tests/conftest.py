from hypothesis import settings

settings.register_profile("reconcile", deadline=None)
settings.load_profile("reconcile")
