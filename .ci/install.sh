# Installs what the project needs on Debian 12; sourced by examples/quickstart and tests/run.
# Does nothing, in a moment, where everything is there.

build_packages=(g++ cmake ninja-build ca-certificates libboost1.81-dev libboost-json1.81-dev libcurl4-openssl-dev
  libfmt-dev libsqlite3-dev libcli11-dev libyaml-cpp-dev libtomlplusplus-dev libdtl-dev libtree-sitter-dev)
test_packages=(doctest-dev clang clang-format clang-tidy python3 procps help2man lintian dpkg-dev file socat curl openssl)

# install_packages build | tests
install_packages() {
  local wanted=("${build_packages[@]}") missing=() name
  [ "$1" = tests ] && wanted+=("${test_packages[@]}")
  for name in "${wanted[@]}"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

apt_install() {
  echo "Installing: $*" >&2
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Puts a Node.js that Next.js 16 and Context7 run on (20.18.1 or newer) on PATH. Debian 12 has Node 18: it is used
# to install a current one, as an npm package, into build/node.
use_node() {
  local root=$1
  node_is_current && command -v npm >/dev/null && return
  export PATH="$root/build/node/node_modules/.bin:$PATH"
  node_is_current && command -v npm >/dev/null && return
  command -v npm >/dev/null || apt_install nodejs npm
  local arch=x64
  [ "$(uname -m)" = aarch64 ] && arch=arm64
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$root/build/node" "node-linux-$arch@22.23.3"
  hash -r
  node_is_current || { echo "Node.js 20.18.1 or newer is needed; found $(node --version 2>/dev/null || echo none)." >&2; return 1; }
}

node_is_current() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  [ "$(printf '%s\n' v20.18.1 "$version" | sort -V | head -n 1)" = v20.18.1 ]
}

# npm_packages DIR [OPTION...]: what DIR's lock file pins; again only when the lock file is newer. npm ci takes a lock file that lacks
# optional packages of other platforms (as written behind a registry mirror that has none) for a broken one; npm install
# does not.
npm_packages() {
  local dir=$1
  shift
  [ "$dir/node_modules/.package-lock.json" -nt "$dir/package-lock.json" ] && return
  echo "Installing the npm packages of ${dir##*/}" >&2
  (
    cd "$dir"
    npm ci --silent --no-audit --no-fund "$@" || npm install --silent --no-save --no-audit --no-fund "$@"
    touch node_modules/.package-lock.json
  )
}
