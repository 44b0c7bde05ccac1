#!/usr/bin/env bash
# submit.sh COMMAND [--config FILE] [--set key=value]... [-- spark-submit options]
# submit.sh package [--without-spark] [FILE.tar]
# Builds what is missing or older than its sources, then runs the command under spark-submit, or
# packs all of it. In an unpacked package there are no sources: nothing is built.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=0.1.0-SNAPSHOT
spark=$root/udf/target/spark
jar=$root/job/target/inverseform-job-$version.jar
lib=$root/job/target/lib

refuse() {
  echo "submit.sh: $1" >&2
  exit 2
}

check_platform() {
  case "$(uname -s) $(uname -m)" in
    "Linux x86_64" | "Linux aarch64" | "Darwin arm64") ;;
    *) refuse "PyTorch for DJL exists for Linux x86-64 and arm64 and macOS arm64, not for $(uname -s) $(uname -m)" ;;
  esac
}

find_java() {
  java=java
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
  fi
  local version
  version=$("$java" -version 2>&1) || refuse "JDK 17 is needed, '$java' cannot be run: install it or set JAVA_HOME"
  [[ $version =~ version\ \"17[.\"] ]] ||
    refuse "JDK 17 is needed (Spark 3.5 runs on no newer one), '$java' is: ${version%%$'\n'*}; set JAVA_HOME"
}

is_stale() {
  [[ ! -f $jar || ! -d $spark/jars || ! -d $lib ]] ||
    [[ -n $(find "$root"/pom.xml "$root"/{udf,job}/pom.xml "$root"/{udf,job}/src "$root"/configs -type f \( -name "*.yaml" -o -not -path "$root/configs/*" \) -newer "$jar" -print | head -n 1) ]]
}

# A package that holds no Spark runs on the one of SPARK_HOME, in all commands.
check_package() {
  [[ -f $jar && -d $lib ]] || refuse "$root is incomplete, and has no sources to build from: unpack the package again"
  [[ ! -d $spark/jars ]] || return 0
  [[ -d ${SPARK_HOME:-}/jars ]] || refuse "this package holds no Spark: set SPARK_HOME to a Spark 3.5 with Scala 2.12"
  spark=$SPARK_HOME
}

build() {
  if [[ ! -f $root/pom.xml ]]; then
    check_package
    return
  fi
  if ! is_stale; then
    return
  fi
  command -v mvn >/dev/null || refuse "Maven is needed to build the job: install it or put mvn on the PATH"
  if [[ -d $spark/jars ]]; then
    echo "submit.sh: the sources have changed, building" >&2
  else
    echo "submit.sh: first build; Maven downloads what its cache lacks, at most 410 MB" >&2
  fi
  mvn -q -B -f "$root/pom.xml" -pl udf,job -DskipTests package >&2
  touch "$jar"
}

# Packs what the job needs at run time under the paths that it has here.
pack() {
  local with_spark=true name=inverseform-$version part parts
  archive=$name.tar
  while (($# > 0)); do
    case $1 in
      -h | --help)
        echo "Usage: submit.sh package [--without-spark] [FILE.tar]"
        echo "Packs the job, its libraries, PyTorch for this platform and Spark, for machines with a JDK 17 only."
        echo "With --without-spark they need a Spark 3.5 too, named by SPARK_HOME. FILE.tar: $archive"
        return
        ;;
      --without-spark) with_spark=false ;;
      *.tar)
        [[ $archive == "$name.tar" ]] || refuse "package writes one file, not '$archive' and '$1'"
        archive=$1
        ;;
      *) refuse "package takes --without-spark and a file ending in .tar, not '$1'" ;;
    esac
    shift
  done
  [[ -d $(dirname "$archive") ]] || refuse "package cannot write '$archive': there is no folder '$(dirname "$archive")'"
  [[ ! -d $archive ]] || refuse "package cannot write '$archive': it is a folder"
  find_java
  build
  parts=(submit.sh README.md README.zh-CN.md LICENSE configs docs "${jar#"$root/"}" "${lib#"$root/"}")
  if $with_spark; then
    [[ -d $root/udf/target/spark/jars ]] || refuse "this package holds no Spark to pack: give --without-spark"
    parts+=(udf/target/spark/jars)
  fi
  staging=$(mktemp -d)
  trap 'rm -rf "$staging" "$archive.part"' EXIT
  for part in "${parts[@]}"; do
    mkdir -p "$staging/$name/$(dirname "$part")"
    ln -s "$root/$part" "$staging/$name/$part"
  done
  echo "submit.sh: packing $(find -L "$staging" -name '*.jar' | wc -l | tr -d ' ') jars into $archive" >&2
  tar -chf "$archive.part" -C "$staging" "$name"
  mv "$archive.part" "$archive"
  echo "$archive: $(($(wc -c <"$archive") >> 20)) MB for $(uname -s) $(uname -m). Where there is $($with_spark || echo "Spark 3.5 and ")a JDK 17:" \
    "tar -xf ${archive##*/} && $name/submit.sh doctor"
}

# Splits the arguments at the first --.
job_args=()
spark_args=()
split() {
  while (($# > 0)) && [[ $1 != -- ]]; do
    job_args+=("$1")
    shift
  done
  if (($# > 1)); then
    spark_args=("${@:2}")
  fi
}

# The value of a spark-submit option, given as "--name value", "--name=value" or "--conf key=value".
spark_option() {
  local i arg value=
  for ((i = 0; i < ${#spark_args[@]}; i++)); do
    arg=${spark_args[i]}
    case $arg in
      "--$1") value=${spark_args[i + 1]:-} ;;
      "--$1="*) value=${arg#*=} ;;
      "spark.$1="* | "--conf=spark.$1="*) value=${arg#*spark."$1"=} ;;
    esac
  done
  echo "$value"
}

needs_no_spark() {
  ((${#job_args[@]} == 0)) && return 0
  [[ ${job_args[0]} =~ ^(config|weights|export|compare)$ ]] && return 0
  local arg
  for arg in "${job_args[@]}"; do
    case $arg in
      -h | --help | -V | --version) return 0 ;;
    esac
  done
  return 1
}

# Sets a variable for the driver and the executors, unless the user has set it.
executor_env=()
both() {
  export "$1=${!1:-$2}"
  executor_env+=(--conf "spark.executorEnv.$1=${!1}")
}

set_environment() {
  both DJL_OFFLINE true
  both OPT_OUT_TRACKING true
  # threads x workers must not exceed the cores; the engine takes 'train.threads' for itself.
  both OMP_NUM_THREADS 1
  both OMP_WAIT_POLICY PASSIVE
  # Some microseconds, though: between operators that follow each other, sleeping and waking takes
  # a tenth of a step of two threads. Too few to cost what waiting for a busy core would.
  both GOMP_SPINCOUNT 1000
  # Large pages for large tensors, where Linux gives them to those who ask.
  both THP_MEM_ALLOC_ENABLE 1
  if [[ -n $(spark_option executor.resource.gpu.amount) ]]; then
    both PYTORCH_VERSION 2.7.1
    both PYTORCH_FLAVOR cu128
  fi
}

# The job's own jars and the user's, by commas. The natives for the CPU run everywhere: on a machine
# with GPUs they would be taken without a word. An S3 client that the user brings stays unmixed.
# With INVERSEFORM_EVERYWHERE=true, this folder is on every host, executors read them there; else the
# driver sends them.
jars() {
  local all file
  all=$(spark_option jars)
  for file in "$lib"/*.jar; do
    case ${file##*/} in
      pytorch-native-cpu-*) [[ ${PYTORCH_FLAVOR:-cpu} == cpu* ]] || continue ;;
      hadoop-aws-* | aws-java-sdk-* | jmespath-java-*) ! has_hadoop_aws || continue ;;
    esac
    all=$all${all:+,}$everywhere$file
  done
  echo "$all"
}

has_hadoop_aws() {
  compgen -G "${SPARK_HOME:-}/jars/hadoop-aws-*.jar" >/dev/null ||
    [[ $(spark_option jars),$(spark_option packages),$(spark_option jars.packages) == *hadoop-aws* ]]
}

run_spark() {
  # What the user asked for: 'doctor' says whether it was taken.
  export INVERSEFORM_SPARK_HOME=${SPARK_HOME:-}
  if [[ -z ${SPARK_HOME:-} || ! -x ${SPARK_HOME:-}/bin/spark-submit ]]; then
    export SPARK_HOME=$spark SPARK_SCALA_VERSION=2.12
    run_spark_from_jars "$@"
  fi
  compgen -G "$SPARK_HOME/jars/spark-core_2.12-3.5.*.jar" >/dev/null ||
    refuse "Spark 3.5 with Scala 2.12 is needed, SPARK_HOME=$SPARK_HOME is another one: change or unset it"
  exec "$SPARK_HOME/bin/spark-submit" "$@"
}

# What bin/spark-submit does: the launcher prints the command, its words ended by NUL, after a NUL
# and a new line.
run_spark_from_jars() {
  local word command=()
  while IFS= read -r -d '' word; do
    command+=("$word")
  done < <("$java" -Xmx128m -cp "$spark/jars/*" org.apache.spark.launcher.Main org.apache.spark.deploy.SparkSubmit "$@")
  ((${#command[@]} > 1)) || exit 2
  command[1]=${command[1]#$'\n'}
  exec "${command[@]:1}"
}

check_platform
if [[ ${1:-} == package ]]; then
  pack "${@:2}"
  exit
fi
find_java
split "$@"
build

log=${TMPDIR:-/tmp}/inverseform-$(date +%Y%m%d-%H%M%S)-$$.log
if needs_no_spark; then
  export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
  exec "$java" -XX:TieredStopAtLevel=1 "-Dlog4j2.configurationFile=file:$root/configs/log4j2.properties" \
    "-Dinverseform.log=$log" -cp "$jar:$lib/*:$spark/jars/*" io.inverseform.job.cli.Main ${job_args[@]+"${job_args[@]}"}
fi

set_environment
# Measurements and sheets: no Spark, and little heap beside PyTorch's memory.
if [[ ${job_args[0]} =~ ^(bench|browse)$ ]]; then
  export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
  # A network's numbers are PyTorch's work: the optimising compiler would only add ten megabytes of
  # its own to the memory that is measured, at a moment of its choice.
  compiler=()
  if [[ ${job_args[0]}/${job_args[1]:-} =~ ^bench/(step|forward|memory)$ ]]; then
    compiler=(-XX:TieredStopAtLevel=1)
  fi
  exec "$java" -Xmx4g -Xmn16m -XX:+UseSerialGC ${compiler[@]+"${compiler[@]}"} "-Dlog4j2.configurationFile=file:$root/configs/log4j2.properties" \
    "-Dinverseform.log=$log" -cp "$jar:$lib/*:$spark/jars/*" io.inverseform.job.cli.Main "${job_args[@]}"
fi

# Gives back what glibc keeps of freed tensors (JDK 17.0.9 and later).
trim=(-XX:+IgnoreUnrecognizedVMOptions -XX:TrimNativeHeapInterval=30000)
options=()
if ! grep -qs '^spark\.executor\.defaultJavaOptions' "${SPARK_CONF_DIR:-${SPARK_HOME:-$spark}/conf}/spark-defaults.conf"; then
  executor_env+=(--conf "spark.executor.defaultJavaOptions=${trim[*]}")
fi
everywhere=
[[ ${INVERSEFORM_EVERYWHERE:-false} != true ]] || everywhere=local://
if [[ $(spark_option master) == local* || -z $(spark_option master)$(spark_option deploy-mode) ]]; then
  export SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
  options+=(--driver-memory 4g)
fi
export SPARK_SUBMIT_OPTS="-Dlog4j2.configurationFile='file:$root/configs/log4j2.properties' -Dinverseform.log='$log' ${SPARK_SUBMIT_OPTS:-}"
run_spark --class io.inverseform.job.cli.Main ${options[@]+"${options[@]}"} "${executor_env[@]}" \
  ${spark_args[@]+"${spark_args[@]}"} --jars "$(jars)" "$everywhere$jar" "${job_args[@]}"
