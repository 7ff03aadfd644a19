-- A round of pulls that was broken off and goes on later answers the requests that were made before it began, not those made since.

-- pulls.asked when the round under way began; null: the next page begins one. Of a round that is under way now nobody knows: it answers
-- none.
ALTER TABLE navette.pulls ADD COLUMN began_for bigint DEFAULT 0;
ALTER TABLE navette.pulls ALTER COLUMN began_for DROP DEFAULT;
