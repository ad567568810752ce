"""Speed ratios, each taken side by side in one run."""
