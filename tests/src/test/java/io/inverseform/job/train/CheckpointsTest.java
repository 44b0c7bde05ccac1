package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.UnrecoverableException;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.job.config.OptimizerConfig;
import io.inverseform.udf.random.KeyedRandom;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
  private static final int LENGTH = 1000;
  private static final int BUFFERS = 7;
  private static final OptimizerConfig SGD = OptimizerConfig.sgd(0.1, 0.9, 0, 0);

  @TempDir private Path folder;

  private Checkpoints checkpoints() throws IOException {
    // Below Hadoop's own checksums, which would find the damage first.
    Configuration hadoop = new Configuration();
    hadoop.set("fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem");
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    return new RunFolder(folder.toString(), hadoop).checkpoints();
  }

  private static float[] random(String name, int length) {
    KeyedRandom random = new KeyedRandom(5, KeyedRandom.hash(name));
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] buffers(int rank) {
    return random("buffers " + rank, BUFFERS);
  }

  private void write(long step, int worldSize) throws IOException {
    write(step, worldSize, Wire.FLOAT32, Map.of());
  }

  private void write(long step, int worldSize, Map<String, Double> scores) throws IOException {
    write(step, worldSize, Wire.FLOAT32, scores);
  }

  private void write(long step, int worldSize, Wire wire) throws IOException {
    write(step, worldSize, wire, Map.of());
  }

  /** Writes a checkpoint as so many ranks would. */
  private void write(long step, int worldSize, Wire wire, Map<String, Double> scores)
      throws IOException {
    float[] momentum = random("momentum", LENGTH);
    List<Checkpoints.Part> parts = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      Checkpoints.State state = empty(rank, worldSize, wire);
      float[] master = state.rounding().master();
      System.arraycopy(random("master", LENGTH), state.offset(), master, 0, master.length);
      float[] residual = state.rounding().residual();
      System.arraycopy(residual(rank, residual.length), 0, residual, 0, residual.length);
      state.weights().put(0, random("weights", LENGTH));
      System.arraycopy(
          momentum,
          state.offset(),
          SavedState.momentum(state),
          0,
          SavedState.momentum(state).length);
      state.buffers().put(0, buffers(rank));
      parts.add(checkpoints().write(step, "a", state.written()));
    }
    checkpoints().publish(Manifest.of(step, 4 * step, scores, EarlyStop.Patience.NEW, parts));
  }

  private static float[] residual(int rank, int length) {
    return random("residual " + rank, length);
  }

  private static Checkpoints.State empty(int rank, int worldSize) {
    return empty(rank, worldSize, Wire.FLOAT32);
  }

  private static Checkpoints.State empty(int rank, int worldSize, Wire wire) {
    FloatRange shard = Ranges.split(LENGTH, worldSize, Ranges.ALIGNMENT).get(rank);
    return new Checkpoints.State(
        rank,
        shard.offset(),
        FloatBuffer.allocate(LENGTH),
        ShardState.of(SGD, shard.length()),
        FloatBuffer.allocate(BUFFERS),
        new float[0],
        Rounding.of(wire, worldSize, shard, LENGTH));
  }

  private Checkpoints.State restored(int rank, int worldSize) throws IOException {
    return restored(rank, worldSize, Wire.FLOAT32);
  }

  private Checkpoints.State restored(int rank, int worldSize, Wire wire) throws IOException {
    Checkpoints.State state = empty(rank, worldSize, wire);
    checkpoints().restore(checkpoints().read(3), worldSize, state);
    return state;
  }

  @Test
  void everyRankGetsItsBitsBack() throws IOException {
    write(3, 3);
    float[] momentum = random("momentum", LENGTH);
    for (int rank = 0; rank < 3; rank++) {
      Checkpoints.State state = restored(rank, 3);
      assertThat(state.weights().array()).isEqualTo(random("weights", LENGTH));
      assertThat(state.buffers().array()).isEqualTo(buffers(rank));
      for (int i = 0; i < SavedState.momentum(state).length; i++) {
        assertThat(SavedState.momentum(state)[i]).isEqualTo(momentum[state.offset() + i]);
      }
    }
  }

  @Test
  void anotherNumberOfWorkersSharesTheMomentumAnewAndTakesTheMeanOfTheBuffers() throws IOException {
    write(3, 3);
    float[] momentum = random("momentum", LENGTH);
    for (int rank = 0; rank < 2; rank++) {
      Checkpoints.State state = restored(rank, 2);
      assertThat(state.weights().array()).isEqualTo(random("weights", LENGTH));
      for (int i = 0; i < SavedState.momentum(state).length; i++) {
        assertThat(SavedState.momentum(state)[i]).isEqualTo(momentum[state.offset() + i]);
      }
      for (int i = 0; i < BUFFERS; i++) {
        double mean = (buffers(0)[i] + (double) buffers(1)[i] + buffers(2)[i]) / 3;
        assertThat((double) state.buffers().get(i))
            .isCloseTo(mean, org.assertj.core.data.Offset.offset(1e-6));
      }
    }
  }

  @Test
  void whatRoundingLeftOutComesBackOnTheSameRank() throws IOException {
    write(3, 3, Wire.BFLOAT16);
    for (int rank = 0; rank < 3; rank++) {
      Checkpoints.State state = restored(rank, 3, Wire.BFLOAT16);
      assertThat(state.weights().array()).isEqualTo(random("weights", LENGTH));
      assertThat(state.buffers().array()).isEqualTo(buffers(rank));
      assertThat(state.rounding().master()).isEqualTo(ofShard("master", state));
      assertThat(state.rounding().residual())
          .isEqualTo(residual(rank, LENGTH - SavedState.momentum(state).length));
    }
  }

  @Test
  void anotherNumberOfWorkersSharesTheMasterWeightsAnewAndHasNothingLeftOut() throws IOException {
    write(3, 3, Wire.BFLOAT16);
    for (int rank = 0; rank < 2; rank++) {
      Checkpoints.State state = restored(rank, 2, Wire.BFLOAT16);
      assertThat(state.rounding().master()).isEqualTo(ofShard("master", state));
      assertThat(SavedState.momentum(state)).isEqualTo(ofShard("momentum", state));
      assertThat(state.rounding().residual()).containsOnly(0);
    }
    assertThat(restored(0, 1, Wire.FLOAT32).weights().array()).isEqualTo(random("weights", LENGTH));
  }

  @Test
  void aRunThatRoundsFromNowOnBeginsWithTheWeights() throws IOException {
    write(3, 2);
    Checkpoints.State state = restored(1, 2, Wire.BFLOAT16);
    assertThat(state.rounding().master()).isEqualTo(ofShard("weights", state));
    assertThat(state.rounding().residual()).containsOnly(0);
  }

  @Test
  void aDamagedResidualIsNamed() throws IOException {
    write(3, 2, Wire.BFLOAT16);
    Path file = folder.resolve("checkpoints/step-00000003/rank-00001-a.bin.residual");
    byte[] bytes = Files.readAllBytes(file);
    bytes[7] ^= 1;
    Files.write(file, bytes);
    restored(0, 2, Wire.BFLOAT16);
    assertThatThrownBy(() -> restored(1, 2, Wire.BFLOAT16))
        .hasMessageMatching("checkpoint file \\S+rank-00001-a.bin.residual has CRC-32C .*");
  }

  /** What a rank must have of a vector. */
  private static float[] ofShard(String name, Checkpoints.State state) {
    return Arrays.copyOfRange(
        random(name, LENGTH), state.offset(), state.offset() + SavedState.momentum(state).length);
  }

  @Test
  void aCheckpointWithoutManifestIsNotThere() throws IOException {
    checkpoints().write(9, "a", empty(0, 1).written());
    assertThat(checkpoints().newest()).isEmpty();
    write(3, 2);
    assertThat(checkpoints().newest()).contains(3L);
  }

  @Test
  void onlyTheNewestAreKept() throws IOException {
    write(3, 1);
    write(5, 1);
    write(4, 1);
    checkpoints().keep(2, 0);
    assertThat(steps()).containsExactlyInAnyOrder("step-00000004", "step-00000005");
  }

  private String[] steps() {
    return folder.resolve("checkpoints").toFile().list();
  }

  @Test
  void theBestAreKeptBesides() throws IOException {
    write(1, 1, Map.of("mean_iou", 0.5));
    write(2, 1, Map.of("mean_iou", 0.7));
    write(3, 1, Map.of("mean_iou", Double.NaN));
    write(4, 1, Map.of("mean_iou", 0.7));
    write(5, 1);
    write(6, 1, Map.of("mean_iou", 0.1));
    checkpoints().keep(2, 1);
    assertThat(steps())
        .containsExactlyInAnyOrder("step-00000002", "step-00000005", "step-00000006");
  }

  @Test
  void whatIsNotWholeGoesWithTheOldOnesOrBeforeTheNextAttempt() throws IOException {
    checkpoints().write(2, "a", empty(0, 1).written());
    write(3, 1);
    checkpoints().write(4, "a", empty(0, 1).written());
    checkpoints().keep(1, 1);
    assertThat(steps()).containsExactlyInAnyOrder("step-00000003", "step-00000004");
    checkpoints().removeIncomplete();
    assertThat(steps()).containsExactly("step-00000003");
  }

  @Test
  void whatOthersPutBesideTheCheckpointsIsNotTouched() throws IOException {
    write(3, 1);
    write(5, 1);
    String[] others = {"step-00000009.bak", "step-7", "step-0000000x", "notes"};
    for (String other : others) {
      Files.createDirectories(folder.resolve("checkpoints").resolve(other));
    }
    assertThat(checkpoints().newestUsable()).contains(5L);
    assertThat(checkpoints().kept()).containsExactly(5L, 3L);
    checkpoints().keep(1, 0);
    checkpoints().removeIncomplete();
    assertThat(steps()).contains(others).contains("step-00000005").hasSize(5);
  }

  @Test
  void aCheckpointThatLacksAFileIsLeftOutForTheOneBefore() throws IOException {
    write(3, 2);
    write(5, 2);
    Files.delete(folder.resolve("checkpoints/step-00000005/rank-00001-a.bin"));
    assertThat(checkpoints().newestUsable()).contains(3L);
    assertThat(checkpoints().newest()).contains(3L);
  }

  @Test
  void aTruncatedOneIsLeftOut() throws IOException {
    write(3, 1);
    write(5, 1);
    Path file = folder.resolve("checkpoints/step-00000005/rank-00000-a.bin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThat(checkpoints().newestUsable()).contains(3L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "null", "{}", "{\"step\":5,\"parts\":[]}", "no JSON"})
  void oneWithoutALegalManifestIsLeftOut(String manifest) throws IOException {
    write(3, 1);
    write(5, 1);
    Files.writeString(folder.resolve("checkpoints/step-00000005/manifest.json"), manifest);
    assertThat(checkpoints().newestUsable()).contains(3L);
  }

  @Test
  void wrongBytesAreFoundByReadingThemOnly() throws IOException {
    write(3, 1);
    write(5, 1);
    flip(folder.resolve("checkpoints/step-00000005/rank-00000-a.bin"));
    assertThat(checkpoints().newestUsable()).contains(5L);
    checkpoints().verify(3);
    checkpoints().verify(5);
    assertThat(checkpoints().newestUsable()).contains(3L);
  }

  @Test
  void whereAllAreDamagedNothingBeginsAnew() throws IOException {
    write(3, 1);
    Files.delete(folder.resolve("checkpoints/step-00000003/rank-00000-a.bin"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> checkpoints().newestUsable())
          .isInstanceOf(IOException.class)
          .hasMessageMatching(
              "all checkpoints in \\S+/checkpoints are damaged, that of step 3 as well: delete this"
                  + " folder to begin anew");
    }
  }

  @Test
  void aDiskThatIsFullIsNamedWithTheBytesAndEndsTheTraining() throws IOException {
    Checkpoints full = failing("No space left on device");
    assertThatThrownBy(() -> writer(full, empty(1, 2), 60).write(7))
        .isInstanceOf(UnrecoverableException.class)
        .hasMessageMatching(
            "checkpoint of step 7: the \\d+ bytes of rank 1 cannot be written to \\S+/step-00000007:"
                + " java.io.IOException: No space left on device: make room there, then go on with"
                + " --resume from the last complete checkpoint");
    assertThat(folder.resolve("full/step-00000007")).as("half-written file").isEmptyDirectory();
  }

  @Test
  void anyOtherFailureToWriteMayPass() throws IOException {
    Checkpoints failing = failing("Connection reset");
    assertThatThrownBy(() -> writer(failing, empty(0, 1), 60).write(7))
        .isExactlyInstanceOf(IOException.class)
        .hasMessageContaining("Connection reset: check that this host can write there");
  }

  @Test
  void aFileSystemThatHangsIsNotWaitedForLongerThanTheLimit() throws IOException {
    assertThatThrownBy(() -> writer(hanging(), empty(0, 1), 1).write(7))
        .hasMessageContaining("within 1 s (train.timeout_seconds): see whether that file system");
  }

  @Test
  void anAttemptThatHasEndedWaitsForNoFileSystem() throws Exception {
    CheckpointWriter writer =
        new CheckpointWriter(
            hanging(),
            empty(0, 1)::written,
            "a",
            60,
            what -> {
              throw new IllegalStateException("the attempt has ended");
            });
    assertThatThrownBy(() -> writer.write(7)).hasMessage("the attempt has ended");
  }

  private Checkpoints hanging() {
    CountDownLatch never = new CountDownLatch(1);
    return new Checkpoints(
        new RawLocalFileSystem() {
          @Override
          public FSDataOutputStream create(org.apache.hadoop.fs.Path file, boolean overwrite)
              throws IOException {
            try {
              never.await();
            } catch (InterruptedException e) {
              throw new InterruptedIOException();
            }
            throw new AssertionError("never");
          }
        },
        new org.apache.hadoop.fs.Path(folder.toString()));
  }

  private static CheckpointWriter writer(
      Checkpoints checkpoints, Checkpoints.State state, int limitSeconds) {
    return new CheckpointWriter(checkpoints, state::written, "a", limitSeconds, what -> {});
  }

  /** Fails when it has written half a file. */
  private Checkpoints failing(String why) throws IOException {
    RawLocalFileSystem fileSystem =
        new RawLocalFileSystem() {
          @Override
          public FSDataOutputStream create(org.apache.hadoop.fs.Path file, boolean overwrite)
              throws IOException {
            FSDataOutputStream out = super.create(file, overwrite);
            return new FSDataOutputStream(
                new FilterOutputStream(out) {
                  @Override
                  public void write(byte[] bytes, int from, int length) throws IOException {
                    out.write(bytes, from, length / 2);
                    throw new IOException(why);
                  }
                },
                null);
          }
        };
    fileSystem.initialize(URI.create("file:///"), new Configuration());
    return new Checkpoints(
        fileSystem, new org.apache.hadoop.fs.Path(folder.resolve("full").toString()));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    write(3, 2);
    flip(folder.resolve("checkpoints/step-00000003/rank-00001-a.bin"));
    assertThatThrownBy(() -> restored(0, 2))
        .isInstanceOf(DamagedException.class)
        .hasMessageMatching(
            "checkpoint file \\S+rank-00001-a.bin has CRC-32C \\d+, the manifest says \\d+");
  }

  @Test
  void aTruncatedFileIsNamedWithItsLength() throws IOException {
    write(3, 2);
    Path file = folder.resolve("checkpoints/step-00000003/rank-00000-a.bin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> restored(1, 2))
        .hasMessageMatching(
            "checkpoint file \\S+rank-00000-a.bin ends before its " + bytes.length + " bytes");
  }

  @Test
  void anotherNetworkIsRefusedWithBothSizes() throws IOException {
    write(3, 1);
    Checkpoints.State other =
        new Checkpoints.State(
            0,
            0,
            FloatBuffer.allocate(64),
            ShardState.of(SGD, 64),
            FloatBuffer.allocate(BUFFERS),
            new float[0],
            Rounding.none());
    assertThatThrownBy(() -> checkpoints().restore(checkpoints().read(3), 1, other))
        .hasMessageEndingWith(
            "holds 1000 weights and 7 buffer values, the configured network has 64 and 7");
  }

  @Test
  void aSoundManifestSaysWhoseStateItIs() throws IOException {
    write(3, 2);
    Manifest manifest = checkpoints().read(3);
    assertThat(manifest.optimizer())
        .isEqualTo(new ShardState.Layout("sgd", List.of(Sgd.MOMENTUM), 0));
    assertThat(manifest.patience()).isEqualTo(EarlyStop.Patience.NEW);
  }

  private static Checkpoints.State averaging(int rank, int worldSize, OptimizerConfig config) {
    FloatRange shard = Ranges.split(LENGTH, worldSize, Ranges.ALIGNMENT).get(rank);
    return new Checkpoints.State(
        rank,
        shard.offset(),
        FloatBuffer.allocate(LENGTH),
        ShardState.of(config, shard.length()),
        FloatBuffer.allocate(BUFFERS),
        new float[config.hasEma() ? BUFFERS : 0],
        Rounding.none());
  }

  private static OptimizerConfig adamW(double ema) {
    return new OptimizerConfig(
        0.1, new OptimizerConfig.AdamW(List.of(0.9, 0.99), 1e-8), 0, 0, true, List.of(), ema);
  }

  @Test
  void allVectorsOfAnOptimiserAreSharedAnew() throws IOException {
    List<Checkpoints.Part> parts = new ArrayList<>();
    for (int rank = 0; rank < 3; rank++) {
      Checkpoints.State state = averaging(rank, 3, adamW(0.9));
      for (String name : state.optimizer().layout().vectors()) {
        float[] own = state.optimizer().vector(name);
        System.arraycopy(random(name, LENGTH), state.offset(), own, 0, own.length);
      }
      state.optimizer().restoreUpdates(17);
      System.arraycopy(buffers(rank), 0, state.bufferEma(), 0, BUFFERS);
      parts.add(checkpoints().write(3, "a", state.written()));
    }
    checkpoints().publish(Manifest.of(3, 12, Map.of(), new EarlyStop.Patience(0.5, 4), parts));
    for (int worldSize = 1; worldSize <= 3; worldSize++) {
      Checkpoints.State state = averaging(worldSize - 1, worldSize, adamW(0.9));
      Manifest manifest = checkpoints().read(3);
      checkpoints().restore(manifest, worldSize, state);
      assertThat(manifest.patience()).isEqualTo(new EarlyStop.Patience(0.5, 4));
      assertThat(state.optimizer().updates()).isEqualTo(17);
      for (String name : List.of("mean", "mean_square", ShardState.EMA)) {
        float[] expected =
            Arrays.copyOfRange(
                random(name, LENGTH), state.offset(), state.offset() + state.optimizer().length());
        assertThat(state.optimizer().vector(name)).as(name).isEqualTo(expected);
      }
      double own =
          worldSize == 3
              ? buffers(2)[0]
              : (buffers(0)[0] + (double) buffers(1)[0] + buffers(2)[0]) / 3;
      assertThat((double) state.bufferEma()[0])
          .isCloseTo(own, org.assertj.core.data.Offset.offset(1e-6));
    }
  }

  @Test
  void anAverageThatThereWasNoneOfBeginsWithTheWeights() throws IOException {
    write(3, 2);
    OptimizerConfig config = new OptimizerConfig(0.1, SGD.rule(), 0, 0, true, List.of(), 0.99);
    Checkpoints.State state = averaging(1, 2, config);
    checkpoints().restore(checkpoints().read(3), 2, state);
    assertThat(state.optimizer().vector(ShardState.EMA)).isEqualTo(ofShard("weights", state));
    assertThat(state.bufferEma()).isEqualTo(buffers(1));
    assertThat(SavedState.momentum(state)).isEqualTo(ofShard("momentum", state));
  }

  @Test
  void theStateOfAnotherOptimiserIsRefused() throws IOException {
    write(3, 1);
    assertThatThrownBy(
            () -> checkpoints().restore(checkpoints().read(3), 1, averaging(0, 1, adamW(0))))
        .isInstanceOf(UnrecoverableException.class)
        .hasMessageEndingWith(
            "step-00000003 holds the state of the optimiser sgd, optimizer.rule.type is adamw: set"
                + " it to sgd, or run to another folder");
  }
}
