package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class StoreAccessTest {
  private static final String WHAT = "the model of step 7 cannot be written to file:/run/model";

  private final CountDownLatch leftBehind = new CountDownLatch(1);

  /** A file system that hangs until its thread is interrupted. */
  private Void hang() throws InterruptedException {
    try {
      new CountDownLatch(1).await();
      return null;
    } finally {
      leftBehind.countDown();
    }
  }

  @Test
  void aHangingFileSystemIsNotWaitedForLongerThanItsFilesMayTake() throws Exception {
    StoreAccess access = new StoreAccess(1, 2, what -> {});
    assertThatThrownBy(() -> access.run("export", WHAT, this::hang))
        .isInstanceOf(IOException.class)
        .hasMessage(
            WHAT
                + " within 2 s (2 times train.timeout_seconds): see whether that file system hangs");
    assertThat(leftBehind.await(60, TimeUnit.SECONDS)).as("its thread is interrupted").isTrue();
  }

  @Test
  void anAttemptThatHasEndedDoesNotWait() {
    Consumer<String> ended =
        what -> {
          throw new IllegalStateException(what + ": gave up");
        };
    assertThatThrownBy(() -> new StoreAccess(60, 1, ended).run("export", WHAT, this::hang))
        .hasMessage(WHAT + ": gave up");
  }

  @Test
  void whatFailsFailsAsItDid() throws IOException {
    StoreAccess access = new StoreAccess(60, 1, what -> {});
    DamagedException damage = new DamagedException(new Path("/run/a"), "is missing", null);
    assertThatThrownBy(
            () ->
                access.run(
                    "restore",
                    WHAT,
                    () -> {
                      throw damage;
                    }))
        .isSameAs(damage);
    assertThat(access.<String>run("restore", WHAT, () -> "read")).isEqualTo("read");
  }
}
