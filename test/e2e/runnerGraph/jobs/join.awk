# Joins the run's inputs into its output: a job may be any program.
BEGIN {
  while ((getline file < ENVIRON["LANDFALL_INPUTS"]) > 0) {
    while ((getline line < file) > 0) print ENVIRON["LANDFALL_KEY_STATION_ID"], line > ENVIRON["LANDFALL_OUTPUT"]
    close(file)
  }
}
