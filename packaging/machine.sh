# shellcheck shell=bash
# What packaging/run and packaging/test share: system libraries, the Python environment, a screen.
# Sourced, not run. Debian and Ubuntu are tried; Fedora and macOS are written from their package
# lists and have not been tried.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv="$project/.venv"
sample="$project/resources/examples/support-bot"

say() { printf '== %s\n' "$*"; }

fail() {
  printf 'packaging: %s\n' "$*" >&2
  exit 2
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root or sudo: $*"
  fi
}

# --- system libraries ---------------------------------------------------------------------------

# Shared object that Qt loads | Debian and Ubuntu package | Fedora package. Read off the Qt libraries
# with ldd; a library that Qt brings along is not listed.
qt_libraries='
libEGL.so.1            libegl1                libglvnd-egl
libGL.so.1             libgl1                 libglvnd-glx
libX11-xcb.so.1        libx11-xcb1            libX11-xcb
libdbus-1.so.3         libdbus-1-3            dbus-libs
libfontconfig.so.1     libfontconfig1         fontconfig
libglib-2.0.so.0       libglib2.0-0           glib2
libgssapi_krb5.so.2    libgssapi-krb5-2       krb5-libs
libwayland-client.so.0 libwayland-client0     libwayland-client
libwayland-cursor.so.0 libwayland-cursor0     libwayland-cursor
libwayland-egl.so.1    libwayland-egl1        libwayland-egl
libxcb-cursor.so.0     libxcb-cursor0         xcb-util-cursor
libxcb-glx.so.0        libxcb-glx0            libxcb
libxcb-icccm.so.4      libxcb-icccm4          xcb-util-wm
libxcb-image.so.0      libxcb-image0          xcb-util-image
libxcb-keysyms.so.1    libxcb-keysyms1        xcb-util-keysyms
libxcb-randr.so.0      libxcb-randr0          libxcb
libxcb-render-util.so.0 libxcb-render-util0   xcb-util-renderutil
libxcb-shape.so.0      libxcb-shape0          libxcb
libxcb-shm.so.0        libxcb-shm0            libxcb
libxcb-sync.so.1       libxcb-sync1           libxcb
libxcb-xfixes.so.0     libxcb-xfixes0         libxcb
libxcb-xkb.so.1        libxcb-xkb1            libxcb
libxkbcommon-x11.so.0  libxkbcommon-x11-0     libxkbcommon-x11
libxkbcommon.so.0      libxkbcommon0          libxkbcommon
'

known_libraries() { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p; }

# Whether PostgreSQL's server is installed, or one is named for the tests; Debian keeps it off the path.
has_postgres() {
  [ -n "${AITR_TEST_POSTGRES:-}" ] || command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

# Prints the packages that are missing for Qt, for the package tool in $1 (apt or dnf); with a further
# argument "xvfb" also those for a virtual screen, with "shellcheck" what looks at our shell scripts, with
# "postgres" the database server that the tests start for themselves.
missing_packages() {
  local tool=$1 known library debian fedora
  shift
  known=$(known_libraries)
  while read -r library debian fedora; do
    [ -n "$library" ] || continue
    case "$known" in
      *"$library "*) ;;
      *) if [ "$tool" = apt ]; then echo "$debian"; else echo "$fedora"; fi ;;
    esac
  done <<<"$qt_libraries"
  if [ -z "$(find /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' -print -quit 2>/dev/null)" ]; then
    if [ "$tool" = apt ]; then echo fonts-dejavu-core; else echo dejavu-sans-fonts; fi
  fi
  case " $* " in *" xvfb "*)
    if ! command -v Xvfb >/dev/null; then
      if [ "$tool" = apt ]; then echo xvfb; else echo xorg-x11-server-Xvfb; fi
    fi
    ;;
  esac
  case " $* " in *" shellcheck "*)
    if ! command -v shellcheck >/dev/null; then
      if [ "$tool" = apt ]; then echo shellcheck; else echo ShellCheck; fi
    fi
    ;;
  esac
  case " $* " in *" postgres "*)
    if ! has_postgres; then
      if [ "$tool" = apt ]; then echo postgresql; else echo postgresql-server; fi
    fi
    ;;
  esac
}

install_packages() {
  local tool=$1
  shift
  [ $# -gt 0 ] || return 0
  say "Installing system packages: $*"
  if [ "$tool" = apt ]; then
    [ -n "${package_lists_are_fresh:-}" ] || as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    package_lists_are_fresh=yes
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >/dev/null
  else
    as_root dnf -q -y install "$@"
  fi
}

# Installs what this machine lacks of the things named: "qt", "xvfb", "shellcheck", "postgres".
prepare_system() {
  local tool packages
  case "$(uname -s)" in
    Darwin)
      say "macOS: Qt brings what it needs. This script has not been tried on macOS."
      case " $* " in *" postgres "*)
        has_postgres || say "The tests need PostgreSQL: brew install postgresql@18"
        ;;
      esac
      return 0
      ;;
    Linux) ;;
    *) fail "this script knows Linux and macOS, not $(uname -s)." ;;
  esac
  if command -v apt-get >/dev/null; then
    tool=apt
  elif command -v dnf >/dev/null; then
    tool=dnf
    say "Fedora: this script has not been tried here."
  else
    say "No apt or dnf: going on with the system libraries that are there."
    return 0
  fi
  mapfile -t packages < <(missing_packages "$tool" "$@" | sort -u)
  install_packages "$tool" ${packages[@]+"${packages[@]}"}
}

# --- the Python environment ---------------------------------------------------------------------

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14; do
    if command -v "$candidate" >/dev/null && is_recent "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  fail "Python 3.11 or newer is needed and was not found. PYTHON names one that is not on the path."
}

# Makes .venv, unless there is a usable one.
make_environment() {
  local python
  if [ -x "$venv/bin/python" ] && is_recent "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    return 0
  fi
  python=$(find_python)
  say "Making .venv with $("$python" --version)"
  # Debian keeps ensurepip in a package of its own; without it venv fails half-way.
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && command -v apt-get >/dev/null; then
    install_packages apt python3-venv
  fi
  rm -rf "$venv"
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv "$venv"
  elif "$python" -m virtualenv --version >/dev/null 2>&1; then
    "$python" -m virtualenv -q "$venv"
  else
    fail "$python can make no environment: install its venv module, or virtualenv."
  fi
}

# Everything that decides what an installation is; equal digests mean that nothing is to be done.
installation_digest() {
  {
    echo "$project $1"
    "$venv/bin/python" -VV
    cat "$project/pyproject.toml" "$project/packaging/constraints.txt" "$sample/requirements.txt"
  } | "$venv/bin/python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

# Installs aitr with an extra ($1: desktop or test), editable, in the pinned versions.
install_project() {
  local extra=$1 digest stamp
  make_environment
  stamp="$venv/.aitr-$extra"
  digest=$(installation_digest "$extra")
  if [ "$(cat "$stamp" 2>/dev/null)" = "$digest" ]; then
    return 0
  fi
  say "Installing aitr[$extra] in the versions of packaging/constraints.txt"
  rm -f "$stamp"
  # The build backend is pinned too, so it is installed first and the build is not isolated from it.
  # It asks for editables while it builds, which an unisolated build does not fetch.
  "$venv/bin/python" -m pip install -q --disable-pip-version-check -c "$project/packaging/constraints.txt" \
    hatchling editables
  "$venv/bin/python" -m pip install -q --disable-pip-version-check -c "$project/packaging/constraints.txt" \
    --no-build-isolation -e "${project}[$extra]" -r "$sample/requirements.txt"
  printf '%s\n' "$digest" >"$stamp"
}

# --- a screen -----------------------------------------------------------------------------------

has_display() {
  [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]
}

