package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as it is called; its page is looked at in ReportTest. */
class CompareCommandTest {
  @TempDir private Path folder;

  private void run(String name, double loss) throws IOException {
    Path metrics = Files.createDirectories(folder.resolve(name + "/metrics"));
    Files.writeString(
        metrics.resolve("attempt-00001.jsonl"),
        "{\"step\":1,\"loss\":9,\"seconds\":1,\"images\":4}\n{\"step\":2,\"loss\":%s,\"seconds\":1,\"images\":4}\n"
            .formatted(loss));
  }

  private SubmitScript.Result compare(String arguments) throws Exception {
    return new SubmitScript(folder).run(Map.of(), "compare " + arguments);
  }

  @Test
  void thePageLiesInTheWorkingDirectoryUnlessAskedForElsewhere() throws Exception {
    run("a", 3.25);
    run("b", 2.75);

    SubmitScript.Result result = compare("a b");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .isEqualTo("report: file:%s/compare-a-b.html\n".formatted(folder.toRealPath()));
    assertThat(Files.readString(folder.resolve("compare-a-b.html")))
        .contains("<h1>a and b</h1>", "3.250", "2.750");
    assertThat(compare("a b --output pages/both.html").exitCode()).isZero();
    assertThat(folder.resolve("pages/both.html")).exists();
  }

  @Test
  void aFolderThatIsNotThereIsNamed() throws Exception {
    run("a", 3);
    SubmitScript.Result result = compare("a c");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "'RUN': there is nothing at file:%s/c; give the folder of a run, such as runs/demo\n"
                .formatted(folder.toRealPath()));
  }

  @Test
  void aFolderWithoutARunIsRefused() throws Exception {
    run("a", 3);
    Files.createDirectories(folder.resolve("empty"));
    SubmitScript.Result result = compare("a empty");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo(
            "file:%s/empty is no run: it has neither config.yaml nor metrics nor scores; give the folder"
                    .formatted(folder.toRealPath())
                + " of a run, such as runs/demo\n");
  }
}
