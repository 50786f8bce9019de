-- Refused writes: one row of the audit log a person, kind of request and minute, removed after retention.refusal_days.
ALTER TABLE audit_log
  ADD COLUMN refusal_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD UNIQUE KEY uk_audit_refusal (refusal_key),
  ADD KEY ix_audit_action (action, at);
