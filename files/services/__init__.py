"""The services of files: uploads, their use by other apps, and the deletion of bodies."""
