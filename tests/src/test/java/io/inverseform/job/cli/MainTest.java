package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return Main.execute(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void helpListsTheCommandsWithOneLineEach() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^  config +Print the effective configuration\\.$")
        .containsPattern("(?m)^  preprocess  \\S.*$");
    assertThat(err.toString()).isEmpty();
  }

  /** Both for whoever reads the help and for whoever reads the README. */
  @Test
  void theReadmeHasEveryCommandInOrder() throws IOException {
    List<String> rows =
        Files.readString(Path.of("../README.md"))
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("`")[1].split(" ")[0])
            .toList();
    execute("--help");
    List<String> listed =
        out.toString()
            .lines()
            .dropWhile(line -> !line.equals("Commands:"))
            .skip(1)
            .takeWhile(line -> !line.isBlank())
            .map(line -> line.strip().split(" ")[0])
            .toList();
    assertThat(listed).isNotEmpty().isEqualTo(rows);
  }

  @Test
  void withoutACommandTheCommandsAreListed() {
    assertThat(execute()).isZero();
    assertThat(out.toString()).startsWith("Usage: submit.sh [-hV] COMMAND");
  }

  @Test
  void configPrintsTheEffectiveConfiguration() {
    assertThat(execute("config", "--set", "train.workers=7")).isZero();
    assertThat(out.toString()).contains("\n  workers: 7\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "confg | unknown command 'confg'; did you mean 'config'?",
        "config --st a=1 | unknown option '--st'; did you mean '--set'?",
        "config now | 'submit.sh config' takes no argument 'now'; see 'submit.sh config --help'",
        "config --set | Missing required parameter for option '--set' (KEY=VALUE); see 'submit.sh config --help'",
        "config --set train.worker=1 | --set train.worker=1: unknown key 'train.worker'; did you mean 'train.workers'?",
        "config --config none.yaml | none.yaml: no such file",
        "config --set run=s3a://KEY:a/b@bucket/run | --set run=s3a://***@bucket/run: 'run' must be without credentials, is s3a://***@bucket/run",
        "weights | weights needs a command, such as weights inspect; see 'submit.sh weights --help'",
        "weights inspect | Missing required parameter: 'FILE'; see 'submit.sh weights inspect --help'",
        "config --set model.pretrained.missing=[a(] | --set model.pretrained.missing=[a(]: 'model.pretrained.missing' must be regular expressions: Unclosed group, is 'a('",
        "compare runs/a | Missing required parameter: 'RUN'; see 'submit.sh compare --help'",
        "bench | bench needs a command, such as bench step; see 'submit.sh bench --help'",
        "bench edges none.png | there is no file none.png; see 'submit.sh bench edges --help'",
        "bench edges --iterations 0 | iterations must be at least 1, is 0; see 'submit.sh bench edges --help'",
        "bench cost --hidden 2 | hidden must be from 0 to 1, is 2; see 'submit.sh bench cost --help'",
        "bench cost --gbit 0 | line must be more than 0 bytes/s, is 0; see 'submit.sh bench cost --help'",
        "bench step --size 256 | Invalid value for option '--size': must be HEIGHTxWIDTH, such as 256x512, is 256; see 'submit.sh bench step --help'",
        "bench step --device gpu | device must be cpu, cuda, or cpu0 for the CPU as though it were a GPU, is gpu; see 'submit.sh bench step --help'",
        "bench step --batch 0 | batch must be at least 1, is 0; see 'submit.sh bench step --help'",
        "bench step --modules 1,4 | 'modules' must be a list of 3, each at least 1, is [1, 4]; see 'submit.sh bench step --help'"
      })
  void whatTheUserWroteWrongTakesOneLineAndExitCode2(String line, String message) {
    assertThat(execute(line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).isEqualTo(message + System.lineSeparator());
    assertThat(out.toString()).isEmpty();
  }
}
