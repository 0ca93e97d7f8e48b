# Rain and mean temperature of the last 30 days: a day is {"date":"2014-03-17","rainMm":9.4,"maxC":14.4,"minC":4.4,…}
BEGIN {
  FS = "[:,}]"
  while ((getline file < ENVIRON["LANDFALL_INPUTS"]) > 0) {
    if ((getline < file) < 1) exit 1
    close(file)
    days++; rain += $4; degrees += ($6 + $8) / 2
  }
  format = "{\"date\":\"%s\",\"days\":%d,\"rainMm\":%.1f,\"meanC\":%.2f}\n"
  printf format, ENVIRON["LANDFALL_KEY_DATE"], days, rain, degrees / days > ENVIRON["LANDFALL_OUTPUT"]
}
