"""Writers: what Hourtrail knows, in the files of the data contracts."""
