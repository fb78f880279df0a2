-- Few attempts are not complete or were refused: what asks for drops in such a state looks at
-- these alone, however many drops there are.
CREATE INDEX attempt_without_success ON attempt (drop_id) WHERE completed_at IS NULL OR outcome = 'refused';
