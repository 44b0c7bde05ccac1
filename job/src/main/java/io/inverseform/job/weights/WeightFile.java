package io.inverseform.job.weights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * An open weight file: names, types and shapes in memory, values read when they are asked for.
 * Formats are told apart by content: what torch.save writes (a zip archive; before PyTorch 1.6
 * pickles one after the other), and safetensors. Not for several threads at once.
 */
public final class WeightFile implements Closeable {
  private static final int ZIP = 0x04034b50;
  private static final int PICKLE = 0x80;

  private final SourceFile source;
  private final Content content;
  private final String prefix;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();

  private WeightFile(SourceFile source, Content content) {
    this.source = source;
    this.content = content;
    prefix = Names.prefix(content.tensors().stream().map(StoredTensor::name).toList());
    for (StoredTensor tensor : content.tensors()) {
      tensors.put(tensor.name().substring(prefix.length()), tensor);
    }
  }

  /**
   * Opens a file, local or on any Hadoop file system.
   *
   * @throws IOException if there is no such file, it is none of the formats, it is damaged, or its
   *     pickle names anything but tensors and plain containers; the message names the file
   */
  public static WeightFile open(Path file, Configuration hadoop) throws IOException {
    SourceFile source = SourceFile.open(file, hadoop);
    try {
      return new WeightFile(source, read(source));
    } catch (IOException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static Content read(SourceFile source) throws IOException {
    int begin = (int) Math.min(source.length(), SafetensorsHeader.BEGIN);
    ByteBuffer bytes = source.read(0, begin);
    if (SafetensorsHeader.begins(bytes)) {
      return SafetensorsHeader.read(source);
    }
    if (begin >= Integer.BYTES && bytes.getInt(0) == ZIP) {
      return TorchFile.readZip(source);
    }
    if (begin > 0 && (bytes.get(0) & 0xFF) == PICKLE) {
      return TorchFile.readLegacy(source);
    }
    throw new IOException(
        "%s (%d bytes) is no weight file: neither torch.save's nor safetensors"
            .formatted(source.name(), source.length()));
  }

  /** The file, for messages. */
  public String name() {
    return source.name();
  }

  /** In words. */
  public String format() {
    return content.format();
  }

  /** Where in the file the tensors were found, such as {@code state_dict}; empty for all of it. */
  public String place() {
    return content.place();
  }

  /** What all names in the file begin with and is left out here, such as {@code module.}. */
  public String prefix() {
    return prefix;
  }

  /** Texts, numbers and truth values beside the tensors, as text by name. */
  public Map<String, String> metadata() {
    return content.metadata();
  }

  /** The names, in the file's order. */
  public Collection<String> names() {
    return tensors.keySet();
  }

  /** The tensor of that name; null if there is none. */
  public StoredTensor tensor(String name) {
    return tensors.get(name);
  }

  /**
   * Reads a tensor's values as float32, row-major.
   *
   * @param tensor of this file
   * @param into filled from its position on, which does not change
   * @throws IOException if the file is damaged there
   */
  public void read(StoredTensor tensor, FloatBuffer into) throws IOException {
    tensor.read(source, into);
  }

  /**
   * All values of a tensor as float32, row-major.
   *
   * @throws IOException if the file is damaged there
   */
  public float[] values(String name) throws IOException {
    StoredTensor tensor = tensors.get(name);
    float[] values = new float[tensor.length()];
    read(tensor, FloatBuffer.wrap(values));
    return values;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
