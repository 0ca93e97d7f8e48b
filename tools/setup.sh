# Sourced by ../landfall when Node has to be chosen or the dependencies have to be installed: the only place that
# starts npm. Uses root, choice, stamp, chosen and installed of the wrapper, and leaves the program to run in $node.
# shellcheck shell=sh disable=SC2154

node_major=24
node_minor=12                         # The first with type stripping that is no longer experimental.
lock=$root/.node/lock

say() {
  printf 'landfall: %s\n' "$1" >&2
}

stop() {
  say "$1"
  exit 1
}

# Names the one command that installs packages here.
install_command() {
  as_root=
  [ "$(id -u)" = 0 ] || as_root='sudo '
  if command -v apt-get >/dev/null; then printf '"%sapt-get install -y %s"' "$as_root" "$*"
  elif command -v dnf >/dev/null; then printf '"%sdnf install -y %s"' "$as_root" "$*"
  elif command -v pacman >/dev/null; then printf '"%spacman -S %s"' "$as_root" "$*"
  else printf 'your package manager (%s)' "$*"
  fi
}

# ---- One set-up at a time ----------------------------------------------------------------------------------------
# The lock is a folder of files that each hold a process id: the wrapper's and its npm's. When none of them lives, it
# is taken over by writing one's own id and looking again a second later: of several who do so, the last one keeps it.

# Of another user too; one that ended and waits to be collected is not alive.
is_alive() {
  { kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ]; } && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

lock_is_alive() {
  for id in $(cat "$lock"/* 2>/dev/null); do
    if is_alive "$id"; then
      lock_holder=$id
      return 0
    fi
  done
  return 1
}

take_lock() {
  told=
  refused=0
  until mkdir -p "$root/.node" 2>/dev/null && mkdir "$lock" 2>/dev/null; do
    if [ ! -d "$lock" ]; then
      # Given back at this very moment, or never to be had.
      refused=$((refused + 1))
      [ $refused -lt 10 ] || stop "cannot write to $root/.node: set up landfall once as a user who can."
    elif lock_is_alive; then
      [ -n "$told" ] || say "waiting for process $lock_holder, which is setting up this clone already."
      told=yes
      sleep 1
    else
      # A second passes first, so that one who has just made the folder can put its id into it.
      sleep 1
      lock_is_alive && continue
      rm -f "$lock/npm" && echo $$ 2>/dev/null >"$lock/wrapper" || continue
      sleep 1
      [ "$(cat "$lock/wrapper" 2>/dev/null)" = $$ ] && break
    fi
  done
  trap release_lock EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo $$ >"$lock/wrapper"
}

release_lock() {
  [ -z "${npm_id-}" ] || kill "$npm_id" 2>/dev/null || true
  [ -z "${ticker_id-}" ] || kill "$ticker_id" 2>/dev/null || true
  rm -rf "$lock"
}

# ---- npm ---------------------------------------------------------------------------------------------------------

# A sign of life while npm works: a moving line on a terminal, a plain line every ten seconds elsewhere.
tick() {
  seconds=0
  while sleep 1 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    seconds=$((seconds + 1))
    if [ -t 2 ]; then printf '\r\033[Klandfall: %s … %s s' "$1" "$seconds" >&2
    elif [ $((seconds % 10)) = 0 ]; then say "$1 … $seconds s"
    fi
  done
}

# The first of npm's lines that says what went wrong: codes stand before it, advice and addresses of logs after it.
npm_complaint() {
  sed -n -E 's/^npm (ERR!|error) +//p' "$1" | grep -v -E '^(code|errno|syscall|path|dest) ' | head -n 1
}

# run_npm FOLDER WHAT: installs FOLDER's lockfile exactly. No package's own script runs.
run_npm() {
  command -v npm >/dev/null || stop "npm is missing: install it with $(install_command npm), then run this again."
  started=$(date +%s)
  log=$root/.node/npm.log
  if [ -t 2 ]; then printf 'landfall: %s …' "$2" >&2; else say "$2 …"; fi
  (
    cd "$1"
    PATH=${node%/*}:$PATH
    exec npm ci --prefix . --ignore-scripts --no-audit --no-fund --no-update-notifier \
      --fetch-retries=3 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=8000
  ) >"$log" 2>&1 </dev/null &
  npm_id=$!
  echo "$npm_id" >"$lock/npm"
  tick "$2" &
  ticker_id=$!
  status=0
  wait "$npm_id" || status=$?
  kill "$ticker_id" 2>/dev/null || true
  npm_id= ticker_id=
  rm -f "$lock/npm"
  [ ! -t 2 ] || printf '\r\033[K' >&2
  if [ "$status" != 0 ]; then
    complaint=$(npm_complaint "$log")
    stop "$2 failed; npm says: ${complaint:-nothing, it ended with status $status} (all of it is in $log)."
  fi
  say "$2: done in $(($(date +%s) - started)) s."
}

# ---- Node --------------------------------------------------------------------------------------------------------

is_new_enough() {
  major=${1%%.*}
  minor=${1#*.}
  minor=${minor%%.*}
  [ "$major" -gt $node_major ] || { [ "$major" = $node_major ] && [ "$minor" -ge $node_minor ]; }
}

choose_node() {
  command -v node >/dev/null ||
    stop "Node is missing: install Node 18 or newer with $(install_command nodejs npm), then run this again."
  facts=$(node -p '[process.versions.node, process.platform, process.arch, process.execPath].join("\n")') ||
    stop "the node on the PATH ($(command -v node)) does not run: mend or remove it, then run this again."
  { read -r version; read -r platform; read -r arch; read -r node; } <<FACTS
$facts
FACTS
  if is_new_enough "$version"; then
    remember "$node"
  else
    bring_node
  fi
}

bring_node() {
  wanted="Node $node_major.$node_minor or newer"
  [ "${version%%.*}" -ge 18 ] ||
    stop "Node $version is too old to bring a newer one: install $wanted, or any from 18 on together with npm."
  [ "$platform" = linux ] || stop "landfall needs $wanted, and this is $version: install it from https://nodejs.org."
  case $arch in
    x64 | arm64) ;;
    *) stop "landfall needs $wanted, this is $version, and there is none to bring for $arch: install it yourself." ;;
  esac
  package=node-linux-$arch
  pinned=$(sed -n "s/.*\"$package\": \"\(.*\)\".*/\1/p" "$root/tools/$package/package.json")
  own=$root/.node/node_modules/$package/bin/node
  rm -f "$choice"
  cp "$root/tools/$package/package.json" "$root/tools/$package/package-lock.json" "$root/tools/$package/.npmrc" \
    "$root/.node/"
  if [ "$("$own" -p process.versions.node 2>/dev/null)" != "$pinned" ]; then
    run_npm "$root/.node" "bringing Node $pinned (this machine has $version)"
    [ "$("$own" -p process.versions.node 2>/dev/null)" = "$pinned" ] ||
      stop "Node $pinned does not run on this system (it needs glibc): install $wanted yourself."
  fi
  node=$own
  remember "$package/bin/node"
}

# The choice appears at once and complete, with the program's own time.
remember() {
  echo "$1" >"$choice.new"
  touch -r "$node" "$choice.new"
  mv -f "$choice.new" "$choice"
}

# ---- Dependencies ------------------------------------------------------------------------------------------------

# A lockfile that is only newer, or was installed by npm itself, needs no second installation.
install_dependencies() {
  sum=$(cksum <"$root/package-lock.json")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ] && ! "$node" "$root/tools/isInstalled.mjs"; then
    rm -f "$stamp"
    run_npm "$root" 'installing the dependencies'
  fi
  echo "$sum" >"$stamp"
}

root=$(cd "$root" && pwd -P)
take_lock
chosen || choose_node
installed || install_dependencies
release_lock
trap - EXIT HUP INT TERM
