-- Those of the days that are asked about.
accesses AS NOT MATERIALIZED (SELECT * FROM ever WHERE at >= %(since)s AND at < %(until)s)
