package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.report.LossCurves;
import io.inverseform.job.train.RunFolder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrawingsTest {
  @Test
  void aRunWithNothingToDrawIsToldSoAndDoesNotFail(@TempDir Path folder) throws Exception {
    RunFolder run = new RunFolder(folder.toString(), new Configuration());
    StringWriter out = new StringWriter();

    Drawings.print(new PrintWriter(out), "curves", () -> LossCurves.write(run));

    assertThat(out.toString())
        .startsWith("curves: none, no loss of any step in file:" + folder)
        .contains(": nothing to draw");
  }
}
