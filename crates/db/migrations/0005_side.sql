-- On SQLite the follower of text search keeps its cursor and grams in a file of its own, beside the database.
{{sqlite}} drop table search_cursor;
{{sqlite}} drop table search_object;
