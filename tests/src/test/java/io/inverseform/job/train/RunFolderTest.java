package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir private Path folder;

  @Test
  void aLockThatCannotBeWrittenIsNotLeftBehind() throws IOException {
    RunFolder run = BreakableFiles.run(folder);
    BreakableFiles files = (BreakableFiles) run.fileSystem();
    files.setBroken(true);
    assertThatThrownBy(run::lock).hasMessage("the file system is gone");
    assertThat(files.open()).isZero();
    assertThat(folder).isEmptyDirectory();

    files.setBroken(false);
    RunFolder.Lock lock = run.lock();
    assertThatThrownBy(run::lock)
        .hasMessageMatching(
            "run folder breakable:\\S+ is in use by process \\d+ on \\S+:"
                + " if that process is gone, delete breakable:\\S+/run\\.lock");
    lock.close();
    assertThat(folder).isEmptyDirectory();
  }
}
