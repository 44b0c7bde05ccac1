package io.inverseform.job.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a TorchScript module without tensors: a zip of stored entries with the pickled module, its
 * code and its (empty) constants.
 */
final class OperatorArchive {
  /** {@code __torch__.Operators} with its one attribute, {@code training = False}; protocol 2. */
  private static final String MODULE =
      "\u0080\u0002c__torch__\nOperators\n)\u0081}(X\b\0\0\0training\u0089ub.";

  private static final String EMPTY_TUPLE = "\u0080\u0002).";

  private OperatorArchive() {}

  /**
   * The archive's bytes.
   *
   * @param methods method definitions in TorchScript, {@code self} of type {@code
   *     __torch__.Operators}
   */
  static byte[] of(String methods) {
    String code =
        """
        class Operators(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
        """
            + methods.indent(2);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "data.pkl", MODULE.getBytes(StandardCharsets.ISO_8859_1));
      store(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      store(zip, "constants.pkl", EMPTY_TUPLE.getBytes(StandardCharsets.ISO_8859_1));
      store(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the operator module to memory", e);
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry("operators/" + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
