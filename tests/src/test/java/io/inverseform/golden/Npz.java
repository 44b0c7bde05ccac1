package io.inverseform.golden;

import static org.assertj.core.api.Assertions.fail;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads golden arrays: NumPy's {@code .npz}, little-endian, C order, of float32, int32 and uint8.
 * Files come from the folder that the system property {@code golden.dir} names.
 */
public final class Npz {
  /**
   * One array of any shape; a scalar has an empty shape.
   *
   * @param type NumPy's {@code <f4}, {@code <i4} or {@code |u1}
   * @param data little-endian values in C order
   */
  public record Array(String name, String type, int[] shape, ByteBuffer data) {
    /** Number of values. */
    public int size() {
      return Math.toIntExact(Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact));
    }

    /** All values, integers widened. */
    public float[] floats() {
      float[] values = new float[size()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (type) {
              case "<f4" -> data.getFloat(4 * i);
              case "<i4" -> data.getInt(4 * i);
              default -> data.get(i) & 0xFF;
            };
      }
      return values;
    }

    /** All values of an integer array. */
    public int[] ints() {
      if (type.equals("<f4")) {
        throw new IllegalStateException(name + " holds floats");
      }
      int[] values = new int[size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = type.equals("<i4") ? data.getInt(4 * i) : data.get(i) & 0xFF;
      }
      return values;
    }

    /** All values of a uint8 array. */
    public byte[] bytes() {
      if (!type.equals("|u1")) {
        throw new IllegalStateException(name + " is no uint8 array but " + type);
      }
      byte[] values = new byte[size()];
      data.get(0, values);
      return values;
    }

    /** The value of an array with one element. */
    public float scalar() {
      if (size() != 1) {
        throw new IllegalStateException(name + " has shape " + Arrays.toString(shape));
      }
      return floats()[0];
    }
  }

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\\s*'descr':\\s*'([^']+)',\\s*'fortran_order':\\s*(\\w+),"
              + "\\s*'shape':\\s*\\(([^)]*)\\),?\\s*}\\s*");

  private final Path file;
  private final Map<String, Array> arrays;

  private Npz(Path file, Map<String, Array> arrays) {
    this.file = file;
    this.arrays = arrays;
  }

  /** Folder of the golden files. */
  public static Path folder() {
    String folder = System.getProperty("golden.dir");
    if (folder == null) {
      return fail("golden.dir is not set: run the tests by Maven, or set it to the golden folder");
    }
    // Tests run in their module's folder; a relative path is meant from where Maven was called.
    return Path.of(System.getProperty("start.dir", "")).resolve(folder);
  }

  /** Reads a file of the golden folder, such as {@code edges.npz}. */
  public static Npz golden(String fileName) throws IOException {
    return read(folder().resolve(fileName));
  }

  /** Reads all arrays of a file. */
  public static Npz read(Path file) throws IOException {
    Map<String, Array> arrays = new LinkedHashMap<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName().replaceAll("\\.npy$", "");
        arrays.put(name, readArray(name, zip));
      }
    }
    return new Npz(file, arrays);
  }

  private static Array readArray(String name, InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    byte[] magic = data.readNBytes(8);
    if (magic.length != 8 || magic[1] != 'N' || magic[5] != 'Y') {
      throw new IOException(name + " is no .npy array");
    }
    int length =
        magic[6] == 1
            ? Short.toUnsignedInt(Short.reverseBytes(data.readShort()))
            : Integer.reverseBytes(data.readInt());
    String text = new String(data.readNBytes(length), StandardCharsets.ISO_8859_1);
    Matcher header = HEADER.matcher(text);
    if (!header.matches() || header.group(2).equals("True")) {
      throw new IOException(name + " has an unsupported header: " + text.strip());
    }
    String type = header.group(1);
    int width =
        switch (type) {
          case "<f4", "<i4" -> 4;
          case "|u1" -> 1;
          default -> throw new IOException(name + " has an unsupported type: " + type);
        };
    int[] shape =
        Arrays.stream(header.group(3).split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    byte[] values = data.readNBytes(Math.multiplyExact(size, width));
    if (values.length != size * width) {
      throw new IOException(name + " ends after " + values.length + " bytes");
    }
    return new Array(name, type, shape, ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** The array of that name; fails if there is none. */
  public Array array(String name) {
    Array array = arrays.get(name);
    if (array == null) {
      return fail("%s has no array %s; it has %s", file, name, arrays.keySet());
    }
    return array;
  }

  /** Whether there is an array of that name. */
  public boolean has(String name) {
    return arrays.containsKey(name);
  }

  /** Names of all arrays. */
  public Set<String> names() {
    return arrays.keySet();
  }

  /** First parts of the names, up to the dot: {@code m0}, {@code m1}; at least one. */
  public Set<String> prefixes() {
    Set<String> prefixes = new TreeSet<>();
    for (String name : arrays.keySet()) {
      if (name.indexOf('.') > 0) {
        prefixes.add(name.substring(0, name.indexOf('.')));
      }
    }
    if (prefixes.isEmpty()) {
      throw new IllegalStateException("no name has a prefix: " + arrays.keySet());
    }
    return prefixes;
  }
}
