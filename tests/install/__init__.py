"""What puts the connector in its place: install.sh, the files of config/ that it installs, the image and the role."""
