write_all() {
  printf 'content of made/1' > "$LANDFALL_OUTPUT_1"
  printf 'content of made/2' > "$LANDFALL_OUTPUT_2"
}

say() {
  printf '%s\n' "$1"
}

metadata='{"type":"metadata","metadata":{"rows":1}}'

case $LANDFALL_KEY_DOES in
  writes) write_all; say "$metadata" ;;
  writesNothing) say "$metadata" ;;
  writesAnother) write_all; say '{"type":"wrote","partitionRef":"elsewhere/1"}' ;;
  writesTwice)
    write_all
    say '{"type":"wrote","partitionRef":"made/1"}'
    say '{"type":"wrote","partitionRef":"made/1"}'
    ;;
  fails) write_all; say '{"type":"error","message":"no luck"}' ;;
  failsForNow) echo 'try later' >&2; exit 75 ;;
  quits) exit 3 ;;
  isMissing) say '{"type":"missing","partitionRefs":["other/1","other/2"]}' ;;
  namesNothingMissing) say '{"type":"missing","partitionRefs":[]}' ;;
  boasts)
    write_all
    printf '{"type":"metadata","metadata":{"text":"%05000d"}}\n' 0
    ;;
  hangs) sleep 1000 ;;
  isDeaf) trap '' TERM; while :; do sleep 1000; done ;;
  beats)
    for beat in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
      say "{\"type\":\"progress\",\"value\":0.$beat}"
      sleep 0.1
    done
    write_all
    say "$metadata"
    ;;
esac
