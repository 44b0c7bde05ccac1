package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.allreduce.FloatRange;
import io.inverseform.job.allreduce.Ranges;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.allreduce.Wire;
import io.inverseform.udf.random.KeyedRandom;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final int LENGTH = 1000;
  private static final int BUFFERS = 7;

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

  /** Writes a checkpoint as so many ranks would. */
  private void write(long step, int worldSize) throws IOException {
    write(step, worldSize, Wire.FLOAT32);
  }

  private void write(long step, int worldSize, Wire wire) throws IOException {
    float[] momentum = random("momentum", LENGTH);
    List<Checkpoints.Part> parts = new ArrayList<>();
    for (int rank = 0; rank < worldSize; rank++) {
      Checkpoints.State state = empty(rank, worldSize, wire);
      float[] master = state.rounding().master();
      System.arraycopy(random("master", LENGTH), state.offset(), master, 0, master.length);
      float[] residual = state.rounding().residual();
      System.arraycopy(residual(rank, residual.length), 0, residual, 0, residual.length);
      state.weights().put(0, random("weights", LENGTH));
      System.arraycopy(momentum, state.offset(), state.momentum(), 0, state.momentum().length);
      state.buffers().put(0, buffers(rank));
      parts.add(checkpoints().write(step, state));
    }
    checkpoints().publish(Checkpoints.Manifest.of(step, parts));
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
        new float[shard.length()],
        FloatBuffer.allocate(BUFFERS),
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
      for (int i = 0; i < state.momentum().length; i++) {
        assertThat(state.momentum()[i]).isEqualTo(momentum[state.offset() + i]);
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
      for (int i = 0; i < state.momentum().length; i++) {
        assertThat(state.momentum()[i]).isEqualTo(momentum[state.offset() + i]);
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
          .isEqualTo(residual(rank, LENGTH - state.momentum().length));
    }
  }

  @Test
  void anotherNumberOfWorkersSharesTheMasterWeightsAnewAndHasNothingLeftOut() throws IOException {
    write(3, 3, Wire.BFLOAT16);
    for (int rank = 0; rank < 2; rank++) {
      Checkpoints.State state = restored(rank, 2, Wire.BFLOAT16);
      assertThat(state.rounding().master()).isEqualTo(ofShard("master", state));
      assertThat(state.momentum()).isEqualTo(ofShard("momentum", state));
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
    Path file = folder.resolve("checkpoints/step-00000003/rank-00001.bin.residual");
    byte[] bytes = Files.readAllBytes(file);
    bytes[7] ^= 1;
    Files.write(file, bytes);
    restored(0, 2, Wire.BFLOAT16);
    assertThatThrownBy(() -> restored(1, 2, Wire.BFLOAT16))
        .hasMessageMatching("checkpoint file \\S+rank-00001.bin.residual has CRC-32C .*");
  }

  /** What a rank must have of a vector. */
  private static float[] ofShard(String name, Checkpoints.State state) {
    return Arrays.copyOfRange(
        random(name, LENGTH), state.offset(), state.offset() + state.momentum().length);
  }

  @Test
  void aCheckpointWithoutManifestIsNotThere() throws IOException {
    checkpoints().write(9, empty(0, 1));
    assertThat(checkpoints().newest()).isEmpty();
    write(3, 2);
    assertThat(checkpoints().newest()).contains(3L);
  }

  @Test
  void onlyTheNewestAreKept() throws IOException {
    write(3, 1);
    write(5, 1);
    write(4, 1);
    checkpoints().keep(2);
    assertThat(folder.resolve("checkpoints").toFile().list())
        .containsExactlyInAnyOrder("step-00000004", "step-00000005");
  }

  @Test
  void aDamagedFileIsNamedWithWhatToDo() throws IOException {
    write(3, 2);
    Path file = folder.resolve("checkpoints/step-00000003/rank-00001.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> restored(0, 2))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "checkpoint file \\S+rank-00001.bin has CRC-32C \\d+, the manifest says \\d+;"
                + " delete its folder to resume from the checkpoint before");
  }

  @Test
  void aTruncatedFileIsNamedWithItsLength() throws IOException {
    write(3, 2);
    Path file = folder.resolve("checkpoints/step-00000003/rank-00000.bin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> restored(1, 2))
        .hasMessageMatching(
            "checkpoint file \\S+rank-00000.bin ends before its " + bytes.length + " bytes; .*");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    write(3, 2);
    Files.delete(folder.resolve("checkpoints/step-00000003/rank-00001.bin"));
    assertThatThrownBy(() -> restored(0, 2)).hasMessageContaining("rank-00001.bin is missing; ");
  }

  @Test
  void aDamagedManifestIsNamed() throws IOException {
    write(3, 1);
    Files.writeString(folder.resolve("checkpoints/step-00000003/manifest.json"), "{\"step\":");
    assertThatThrownBy(() -> restored(0, 1))
        .hasMessageContaining("manifest.json is damaged; delete its folder");
  }

  @Test
  void anotherNetworkIsRefusedWithBothSizes() throws IOException {
    write(3, 1);
    Checkpoints.State other =
        new Checkpoints.State(
            0, 0, FloatBuffer.allocate(64), new float[64], FloatBuffer.allocate(BUFFERS));
    assertThatThrownBy(() -> checkpoints().restore(checkpoints().read(3), 1, other))
        .hasMessageEndingWith(
            "holds 1000 weights and 7 buffer values, the configured network has 64 and 7");
  }
}
