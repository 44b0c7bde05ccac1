#!/usr/bin/env bash
# start.sh [options of jupyter notebook]            opens the notebooks in a browser
# start.sh --execute [--output DIR] [NOTEBOOK...]   runs them without one: in place, or into a folder
# Builds what is missing or older than its sources. Writes nothing outside of target/.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
version=0.1.0-SNAPSHOT
target=$here/target
jar=$target/inverseform-notebooks-$version.jar
class_path=$jar:$root/udf/target/spark/jars/*:$root/job/target/inverseform-job-$version.jar:$root/job/target/lib/*:$target/lib/*

refuse() {
  echo "start.sh: $1" >&2
  exit 2
}

find_java() {
  java=$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java") || refuse "JDK 17 is needed: install it or set JAVA_HOME"
  "$java" --list-modules 2>&1 | grep -q '^jdk\.jshell@17' ||
    refuse "JDK 17 with JShell is needed, '$java' is another one: set JAVA_HOME"
}

require() {
  command -v "jupyter-$1" >/dev/null ||
    refuse "'jupyter $1' is missing: apt-get install $2, or pip install $3"
}

build() {
  if [[ -f $jar && -d $target/lib && -d $root/job/target/lib && -d $root/udf/target/spark/jars ]] &&
    [[ -z $(find "$root"/pom.xml "$root"/{udf,job,notebooks}/pom.xml "$root"/{udf,job,notebooks}/src "$root"/configs -type f -newer "$jar" -print | head -n 1) ]]; then
    return
  fi
  command -v mvn >/dev/null || refuse "Maven is needed to build the job: install it or put mvn on the PATH"
  echo "start.sh: building; the first time Maven downloads what its cache lacks, at most 400 MB" >&2
  mvn -q -B -f "$root/pom.xml" -pl udf,job,notebooks -DskipTests package >&2
  touch "$jar"
}

quoted() {
  local text=${1//\\/\\\\}
  echo "\"${text//\"/\\\"}\""
}

# What Jupyter starts for a notebook.
write_kernel() {
  mkdir -p "$target/jupyter/kernels/inverseform"
  cat >"$target/jupyter/kernels/inverseform/kernel.json" <<EOF
{
  "display_name": "Java (InverseForm)",
  "language": "java",
  "interrupt_mode": "message",
  "argv": [$(quoted "$java"), $(quoted "@$here/kernel.options"), "-cp", $(quoted "$class_path"),
    "io.inverseform.notebooks.kernel.Main", "{connection_file}"]
}
EOF
}

set_environment() {
  export JUPYTER_PATH=$target/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
  export JUPYTER_CONFIG_DIR=$target/jupyter/config JUPYTER_DATA_DIR=$target/jupyter/data
  export JUPYTER_RUNTIME_DIR=$target/jupyter/runtime IPYTHONDIR=$target/jupyter/ipython
  export DJL_OFFLINE=${DJL_OFFLINE:-true} OPT_OUT_TRACKING=${OPT_OUT_TRACKING:-true}
  # A worker per core, as submit.sh has it.
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
  export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-1000} THP_MEM_ALLOC_ENABLE=${THP_MEM_ALLOC_ENABLE:-1}
  export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
}

execute() {
  local output=(--inplace) notebooks=() notebook
  while (($# > 0)); do
    case $1 in
      --output)
        (($# > 1)) || refuse "--output needs a folder"
        output=(--output-dir "$(mkdir -p "$2" && cd "$2" && pwd)")
        shift
        ;;
      -*) refuse "unknown option '$1' after --execute; there is --output DIR" ;;
      *)
        [[ -f $1 ]] || refuse "there is no notebook '$1'"
        notebooks+=("$(cd "$(dirname "$1")" && pwd)/$(basename "$1")")
        ;;
    esac
    shift
  done
  if ((${#notebooks[@]} == 0)); then
    notebooks=("$here"/*.ipynb)
  fi
  cd "$here"
  for notebook in "${notebooks[@]}"; do
    SECONDS=0
    jupyter-nbconvert --log-level WARN --to notebook --execute --ExecutePreprocessor.timeout=300 \
      --ExecutePreprocessor.record_timing=False "${output[@]}" "$notebook"
    echo "start.sh: $(basename "$notebook") ran in $SECONDS s"
  done
}

if [[ ${1:-} == --execute ]]; then
  require nbconvert jupyter-nbconvert "nbconvert nbclient"
else
  require notebook jupyter-notebook notebook
fi
find_java
build
write_kernel
set_environment
if [[ ${1:-} == --execute ]]; then
  execute "${@:2}"
else
  cd "$here"
  exec jupyter-notebook "$@"
fi
