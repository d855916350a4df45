collect_ignore = ["string-pack"]  # its tests run where it is installed
