-- A record that could not be read, and when it was sent to its topic again.
ALTER TABLE unreadable_record ADD COLUMN redriven_at timestamptz;
