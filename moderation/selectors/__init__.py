"""Selectors of sanctions, reports and the audit log. Every list is bounded and indexed."""
