"""What columns hold that follows from the rest of the database, as queries: kept with each step, checked by doctor."""

from __future__ import annotations

from annotator.segment_codes import sql_count

DOUBT = f"""
SELECT coalesce(sum(score * (1 - score)), 0)
    / max(1, coalesce((SELECT {sql_count("tokens")} FROM text JOIN segmentation ON text_id = text.id
                       WHERE sha256 = layer.text), 1))
FROM span WHERE layer_id = layer.id
"""
"""How uncertain the suggester of a ``layer`` is about its spans, for each token of the text."""

_FINISHED = """
layer c WHERE c.document_id = document.id AND c.kind = 'curator' AND c.state = 'done' AND c.text = document.sha256
"""
_RELATIONS = """
SELECT r.label, h.start, h."end", h.label, t.start, t."end", t.label FROM relation r
JOIN span h ON h.layer_id = r.layer_id AND h.id = r.head JOIN span t ON t.layer_id = r.layer_id AND t.id = r.child
WHERE r.layer_id = {}.id
"""
# Cheap first: nearly always gold has taken up the last event of everybody who finished.
REOPENED = f"""
SELECT EXISTS (
    SELECT 1 FROM layer g JOIN {_FINISHED.strip().replace(" WHERE ", " ON ", 1)}
    WHERE g.document_id = document.id AND g.name = 'gold' AND g.state = 'done'
      AND CASE WHEN instr(' ' || coalesce(g.fingerprint, ''), ' ' || c.author || ':' || substr(c.head, 1, 16)) THEN 0
               WHEN g.spans <> c.spans OR g.relations <> c.relations THEN 1
               ELSE EXISTS (SELECT start, "end", label FROM span WHERE layer_id = c.id
                            EXCEPT SELECT start, "end", label FROM span WHERE layer_id = g.id)
                 OR EXISTS ({_RELATIONS.strip().format("c")} EXCEPT {_RELATIONS.strip().format("g")}) END)
"""
"""Whether somebody finished a ``document`` after its gold was called complete, and says something else."""

DIFFERING = f"""
SELECT CASE WHEN ((SELECT state FROM layer WHERE document_id = document.id AND name = 'gold') IS NOT 'done'
                  OR document.reopened)
                 AND (SELECT count(*) FROM {_FINISHED.strip()}) > 1
       THEN (SELECT count(*) FROM (
                SELECT 1 FROM span i WHERE i.layer_id IN (SELECT c.id FROM {_FINISHED.strip()})
                GROUP BY i.start, i."end", i.label HAVING count(*) < (SELECT count(*) FROM {_FINISHED.strip()})))
       ELSE 0 END
"""
"""How many spans some of those who finished a ``document`` marked and others did not; none where gold is complete."""

READY = f"""
SELECT (SELECT count(*) FROM {_FINISHED.strip()}) > 1
   AND (document.reopened OR (SELECT state FROM layer WHERE document_id = document.id AND name = 'gold') IS NOT 'done')
   AND NOT EXISTS (SELECT 1 FROM layer WHERE document_id = document.id AND kind = 'curator' AND state = 'doing')
   AND NOT EXISTS (SELECT 1 FROM layer a CROSS JOIN assignment ON layer_id = a.id
                   WHERE a.document_id = document.id AND a.name = 'corpus' AND NOT EXISTS (
                       SELECT 1 FROM layer own WHERE own.document_id = document.id AND own.kind = 'curator'
                         AND own.author = assignment.id AND own.state IS NOT NULL))
"""
"""Whether a ``document`` waits to be adjudicated: two or more finished it, nobody is to, and gold is not complete."""

# Sent back and not finished since: the last word on each later finishing may be that it was undone.
RETURNED = """
SELECT NOT layer.removed AND EXISTS (
    SELECT 1 FROM layer c CROSS JOIN returned r ON r.layer_id = c.id AND r.id = layer.author
    WHERE c.document_id = layer.document_id AND c.name = 'corpus'
      AND (layer.own_state IS NULL OR layer.own_state = 'doing' OR NOT EXISTS (
            SELECT 1 FROM event e WHERE e.layer_id = layer.id AND e.seq > r.step
              AND e.action IN ('done', 'skip', 'import', 'import (override)')
              AND (SELECT u.action FROM event u WHERE u.layer_id = e.layer_id AND u.seq >= e.seq
                     AND (u.seq = e.seq OR u.target = e.seq) ORDER BY u.seq DESC LIMIT 1) <> 'undo')))
"""
"""Whether the document of a curator's ``layer`` was sent back to them, and they have not finished it since."""

REMOVED = "SELECT sha256 IS NULL FROM document WHERE id = layer.document_id"
"""Whether the document of a ``layer`` was removed (or is not there yet)."""
