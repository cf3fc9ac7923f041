"""The commands of tsr-agent, one file each."""
