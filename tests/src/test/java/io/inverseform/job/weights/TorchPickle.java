package io.inverseform.job.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes pickles opcode by opcode, and the archives around them, also such as PyTorch never does.
 */
final class TorchPickle {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  TorchPickle() {
    raw(0x80, 2);
  }

  TorchPickle raw(int... opcodes) {
    for (int opcode : opcodes) {
      bytes.write(opcode);
    }
    return this;
  }

  TorchPickle raw(String latin1) {
    bytes.writeBytes(latin1.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  TorchPickle text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    raw('X');
    bytes.writeBytes(littleEndian(4).putInt(utf8.length).array());
    bytes.writeBytes(utf8);
    return this;
  }

  TorchPickle number(long value) {
    raw(0x8a, 8);
    bytes.writeBytes(littleEndian(8).putLong(value).array());
    return this;
  }

  TorchPickle tuple(List<Long> values) {
    raw('(');
    values.forEach(this::number);
    return raw('t');
  }

  TorchPickle global(String module, String name) {
    return raw("c" + module + "\n" + name + "\n");
  }

  /** A tensor of float32. */
  TorchPickle tensor(String key, long count, long offset, List<Long> shape, List<Long> strides) {
    global("torch._utils", "_rebuild_tensor_v2").raw('(');
    storage(key, count).number(offset).tuple(shape).tuple(strides);
    return raw(0x89).raw('}').raw('t', 'R');
  }

  TorchPickle storage(String key, long count) {
    raw('(').text("storage").global("torch", "FloatStorage").text(key).text("cuda:3");
    return number(count).raw('t', 'Q');
  }

  byte[] end() {
    raw('.');
    return bytes.toByteArray();
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The bytes of float32 values. */
  static byte[] floats(float... values) {
    ByteBuffer bytes = littleEndian(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** An archive of stored entries around a pickle. */
  static Path zip(Path file, byte[] pickle, Map<String, byte[]> storages) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      store(zip, "archive/data.pkl", pickle);
      for (Map.Entry<String, byte[]> storage : storages.entrySet()) {
        store(zip, "archive/data/" + storage.getKey(), storage.getValue());
      }
      store(zip, "archive/version", new byte[] {'3', '\n'});
    }
    return file;
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
  }

  /** As before PyTorch 1.6, without any storage. */
  static Path legacy(Path file, byte[] pickle) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] magic = {
      0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
    };
    TorchPickle first = new TorchPickle().raw(0x8a, magic.length);
    first.bytes.writeBytes(magic);
    all.writeBytes(first.end());
    all.writeBytes(new TorchPickle().number(1001).end());
    all.writeBytes(new TorchPickle().raw('}').text("little_endian").raw(0x88, 's').end());
    all.writeBytes(pickle);
    all.writeBytes(new TorchPickle().raw(']').end());
    return Files.write(file, all.toByteArray());
  }
}
