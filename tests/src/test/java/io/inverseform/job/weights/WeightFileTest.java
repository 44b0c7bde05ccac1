package io.inverseform.job.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.golden.Npz;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightFileTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("weights.pth");
  }

  /** A state dict of one tensor in one storage of four elements. */
  private Path withTensor(long count, long offset, List<Long> shape, List<Long> strides)
      throws IOException {
    byte[] pickle =
        new TorchPickle()
            .raw('}')
            .text("w")
            .tensor("0", count, offset, shape, strides)
            .raw('s')
            .end();
    return TorchPickle.zip(file(), pickle, Map.of("0", TorchPickle.floats(1, 2, 3, 4)));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> WeightFiles.values(WeightFiles.open(file())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining(message);
  }

  @Test
  void stridesMayShareSkipAndTurnElements() throws IOException {
    withTensor(4, 0, List.of(2L, 2L), List.of(1L, 2L));
    assertThat(WeightFiles.values(WeightFiles.open(file())).get("w")).containsExactly(1, 3, 2, 4);
    withTensor(4, 1, List.of(2L, 2L), List.of(1L, 1L));
    assertThat(WeightFiles.values(WeightFiles.open(file())).get("w")).containsExactly(2, 3, 3, 4);
    withTensor(4, 3, List.of(2L, 3L), List.of(0L, 0L));
    assertThat(WeightFiles.values(WeightFiles.open(file())).get("w")).hasSize(6).containsOnly(4);
    withTensor(4, 4, List.of(0L, 7L), List.of(7L, 1L));
    assertThat(WeightFiles.values(WeightFiles.open(file())).get("w")).isEmpty();
  }

  /** Larger than what is read at once, in both orders. */
  @Test
  void largeTensorsAreReadInTheirOrder() throws IOException {
    float[] values = new float[500 * 700];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    TorchPickle pickle = new TorchPickle().raw('}', '(');
    pickle.text("rows").tensor("0", values.length, 0, List.of(500L, 700L), List.of(700L, 1L));
    pickle.text("columns").tensor("0", values.length, 0, List.of(700L, 500L), List.of(1L, 700L));
    TorchPickle.zip(file(), pickle.raw('u').end(), Map.of("0", TorchPickle.floats(values)));
    Map<String, float[]> read = WeightFiles.values(WeightFiles.open(file()));
    assertThat(read.get("rows")).isEqualTo(values);
    float[] columns = new float[values.length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = i % 500 * 700 + i / 500;
    }
    assertThat(read.get("columns")).isEqualTo(columns);
  }

  @Test
  void aTensorThatReachesBeyondItsStorageIsRefused() throws IOException {
    withTensor(4, 1, List.of(2L, 2L), List.of(2L, 1L));
    assertRefused("w of shape [2, 2], strides [2, 1], offset 1 reaches beyond its 16 bytes");
    withTensor(4, 0, List.of(2L), List.of(Long.MAX_VALUE));
    assertRefused("reaches beyond its 16 bytes");
    withTensor(4, Long.MAX_VALUE, List.of(2L), List.of(1L));
    assertRefused("w has more elements than an array can have");
    withTensor(4, 0, List.of(1L << 20, 1L << 20, 1L << 20, 1L << 20), List.of(0L, 0L, 0L, 0L));
    assertRefused("w has more elements than an array can have");
    withTensor(4, 0, List.of(3_000_000_000L), List.of(0L));
    assertRefused("w has more elements than an array can have");
  }

  @Test
  void negativeNumbersAndUnequalRanksAreRefused() throws IOException {
    withTensor(4, -1, List.of(1L), List.of(1L));
    assertRefused("w has shape [1], strides [1], offset -1");
    withTensor(4, 0, List.of(-1L), List.of(1L));
    assertRefused("w has shape [-1]");
    withTensor(4, 3, List.of(2L), List.of(-1L));
    assertRefused("strides [-1]");
    withTensor(4, 0, List.of(2L), List.of(1L, 1L));
    assertRefused("w has shape [2], strides [1, 1]");
  }

  @Test
  void aStorageOfAnotherLengthOrNoneIsRefused() throws IOException {
    withTensor(5, 0, List.of(4L), List.of(1L));
    assertRefused("archive/data/0 should have 5 elements of F32, it has 16 bytes");
    withTensor(-1, 0, List.of(4L), List.of(1L));
    assertRefused("speaks of a storage of torch.FloatStorage with -1 elements");
    byte[] pickle =
        new TorchPickle().raw('}').text("w").tensor("9", 1, 0, List.of(), List.of()).raw('s').end();
    TorchPickle.zip(file(), pickle, Map.of());
    assertRefused("archive/data/9 should have 1 elements of F32, it is missing");
  }

  @Test
  void aChangedByteOfAStorageIsFound() throws IOException {
    withTensor(4, 0, List.of(4L), List.of(1L));
    byte[] bytes = Files.readAllBytes(file());
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String three = new String(TorchPickle.floats(3), StandardCharsets.ISO_8859_1);
    bytes[text.indexOf(three) + 2] ^= 1;
    Files.write(file(), bytes);
    assertRefused("archive/data/0 has CRC-32 ");
  }

  @Test
  void aCompressedEntryIsRefusedBeforeItIsOpened() throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file()))) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(new byte[50_000_000]);
    }
    assertThat(Files.size(file())).isLessThan(100_000);
    assertRefused("archive/data.pkl is compressed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pth_misc_zip.pth", "pth_misc_legacy.pth"})
  void aFileThatEndsAnywhereBeforeItsEndIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Npz.folder().resolve(name));
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> WeightFiles.values(WeightFiles.open(file())))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("weights.pth");
    }
  }

  /**
   * What a changed byte does is not told beforehand; it must not be anything but an IOException.
   */
  @ParameterizedTest
  @ValueSource(strings = {"pth_misc_zip.pth", "pth_misc_legacy.pth"})
  void aChangedByteIsReadOrRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Npz.folder().resolve(name));
    int refused = 0;
    for (int at = 0; at < whole.length; at += 5) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) (at % 3 == 0 ? 0xFF : 1 << at % 7);
      Files.write(file(), changed);
      try {
        WeightFiles.values(WeightFiles.open(file()));
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void theDictionaryOfTensorsIsFoundWithinACheckpoint() throws IOException {
    TorchPickle pickle = new TorchPickle().raw('}', '(');
    pickle.text("ema").raw('}').text("w").tensor("0", 1, 0, List.of(), List.of()).raw('s');
    pickle.text("model_state").raw('}').text("model.module.w");
    pickle.tensor("1", 1, 0, List.of(), List.of()).raw('s').text("epoch").number(7);
    TorchPickle.zip(
        file(),
        pickle.raw('u').end(),
        Map.of("0", TorchPickle.floats(1), "1", TorchPickle.floats(2)));
    try (WeightFile file = WeightFiles.open(file())) {
      assertThat(file.place()).isEqualTo("model_state");
      assertThat(file.prefix()).isEqualTo("model.module.");
      assertThat(file.metadata()).containsExactly(Map.entry("epoch", "7"));
      assertThat(file.values("w")).containsExactly(2);
    }
  }

  @Test
  void aPrefixThatSomeNamesLackStays() throws IOException {
    TorchPickle pickle = new TorchPickle().raw('}', '(');
    pickle.text("module.w").tensor("0", 1, 0, List.of(), List.of());
    pickle.text("b").tensor("0", 1, 0, List.of(), List.of());
    TorchPickle.zip(file(), pickle.raw('u').end(), Map.of("0", TorchPickle.floats(1)));
    assertThat(WeightFiles.values(WeightFiles.open(file()))).containsOnlyKeys("module.w", "b");
  }

  @Test
  void noTellingWhichDictionaryIsMeantIsRefused() throws IOException {
    TorchPickle pickle = new TorchPickle().raw('}', '(');
    for (String name : List.of("generator", "critic")) {
      pickle.text(name).raw('}').text("w").tensor("0", 1, 0, List.of(), List.of()).raw('s');
    }
    TorchPickle.zip(file(), pickle.raw('u').end(), Map.of("0", TorchPickle.floats(1)));
    assertRefused("holds several dictionaries of tensors, [generator, critic]");
    TorchPickle.zip(file(), new TorchPickle().raw('}').text("a").raw('}', 's').end(), Map.of());
    assertRefused("holds no dictionary of tensors, only [a]");
  }

  @Test
  void otherFilesAreNoWeightFiles() throws IOException {
    Files.writeString(file(), "name: value\n");
    assertRefused("(12 bytes) is no weight file: neither torch.save's nor safetensors");
    Files.write(file(), new byte[0]);
    assertRefused("(0 bytes) is no weight file");
    Files.write(file(), new TorchPickle().raw(']').end());
    assertRefused("is a pickle, but none of torch.save");
    TorchPickle.zip(file(), new TorchPickle().raw(')').end(), Map.of());
    assertRefused("holds no dictionary of tensors");
    assertThatThrownBy(() -> WeightFiles.open(folder))
        .hasMessageContaining("is a folder, not a weight file");
    assertThatThrownBy(() -> WeightFiles.open(folder.resolve("none.pth")))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage("there is no weight file at file:" + folder + "/none.pth");
  }

  /** A file system that is not the local one. */
  public static final class Elsewhere extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("elsewhere:///");
    }
  }

  @Test
  void aFileOnAnyFileSystemIsReadAndLeavesNothingBehind() throws IOException {
    withTensor(4, 0, List.of(4L), List.of(1L));
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.elsewhere.impl", Elsewhere.class, org.apache.hadoop.fs.FileSystem.class);
    org.apache.hadoop.fs.Path remote = new org.apache.hadoop.fs.Path("elsewhere://" + file());
    assertThat(WeightFiles.values(WeightFile.open(remote, hadoop)).get("w"))
        .containsExactly(1, 2, 3, 4);
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.filter(f -> f.getFileName().toString().startsWith("inverseform-weights")))
          .isEmpty();
    }
  }

  @Test
  void halvesAndUpperHalvesOfSinglesAreWidened() {
    ByteBuffer bits = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, Float> halves =
        Map.of(
            0x3C00, 1f,
            0xC000, -2f,
            0x7BFF, 65504f,
            0x0400, 0x1p-14f,
            0x0001, 0x1p-24f,
            0x83FF, -1023 * 0x1p-24f,
            0x8000, -0f,
            0x7C00, Float.POSITIVE_INFINITY,
            0x7E00, Float.NaN);
    halves.forEach(
        (half, value) ->
            assertThat(ElementType.F16.value(bits.putShort(0, half.shortValue()), 0))
                .as("%04x", half)
                .isEqualTo(value));
    assertThat(ElementType.BF16.value(bits.putShort(0, (short) 0xC040), 0)).isEqualTo(-3f);
  }
}
