package io.inverseform.job.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the entries of a zip archive lie. PyTorch stores them uncompressed, so that each is a range
 * of the file; a compressed one is refused, and with it every zip bomb. (java.util.zip does not
 * tell where an entry lies.)
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int END64_LOCATOR = 0x07064b50;
  private static final int END64_LOCATOR_LENGTH = 20;
  private static final int END64 = 0x06064b50;
  private static final int END64_LENGTH = 56;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_LENGTH = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_LENGTH = 30;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final int MAX_DIRECTORY = 1 << 26;
  private static final long IN_EXTRA = 0xFFFFFFFFL;

  private final SourceFile source;
  private final Map<String, Region> entries = new LinkedHashMap<>();

  private ZipDirectory(SourceFile source) {
    this.source = source;
  }

  /** The entries by name. */
  static Map<String, Region> read(SourceFile source) throws IOException {
    ZipDirectory directory = new ZipDirectory(source);
    ByteBuffer central = directory.central();
    while (central.hasRemaining()) {
      directory.add(central);
    }
    return directory.entries;
  }

  private ByteBuffer central() throws IOException {
    int tail = (int) Math.min(source.length(), END_LENGTH + MAX_COMMENT);
    long tailStart = source.length() - tail;
    ByteBuffer bytes = source.read(tailStart, tail);
    int at = tail - END_LENGTH;
    while (at >= 0 && (bytes.getInt(at) != END || at + END_LENGTH + u16(bytes, at + 20) != tail)) {
      at--;
    }
    if (at < 0) {
      throw source.truncated("the zip directory that belongs at its end");
    }
    long end = tailStart + at;
    long length = u32(bytes, at + 12);
    long position = u32(bytes, at + 16);
    if (end >= END64_LOCATOR_LENGTH) {
      ByteBuffer locator = source.read(end - END64_LOCATOR_LENGTH, END64_LOCATOR_LENGTH);
      if (locator.getInt(0) == END64_LOCATOR) {
        ByteBuffer end64 = source.read(locator.getLong(8), END64_LENGTH);
        if (end64.getInt(0) != END64) {
          throw source.damaged("its zip directory has no 64-bit end where it should be");
        }
        length = end64.getLong(40);
        position = end64.getLong(48);
      }
    }
    if (length < 0 || length > MAX_DIRECTORY) {
      throw source.damaged("its zip directory claims %d bytes".formatted(length));
    }
    return source.read(position, (int) length);
  }

  private void add(ByteBuffer central) throws IOException {
    int at = central.position();
    if (central.remaining() < ENTRY_LENGTH || central.getInt(at) != ENTRY) {
      throw source.damaged("its zip directory has no entry after " + entries.size());
    }
    int nameLength = u16(central, at + 28);
    int extraLength = u16(central, at + 30);
    int next = at + ENTRY_LENGTH + nameLength + extraLength + u16(central, at + 32);
    if (next > central.limit()) {
      throw source.damaged("entry %d of its zip directory is cut off".formatted(entries.size()));
    }
    byte[] nameBytes = new byte[nameLength];
    central.get(at + ENTRY_LENGTH, nameBytes);
    String name = new String(nameBytes, StandardCharsets.UTF_8);
    Extra extra = new Extra(central, at + ENTRY_LENGTH + nameLength, extraLength);
    long length = extra.or(u32(central, at + 24));
    long stored = extra.or(u32(central, at + 20));
    long local = extra.or(u32(central, at + 42));
    if (u16(central, at + 10) != 0 || stored != length || (u16(central, at + 8) & 1) != 0) {
      throw source.damaged(
          "%s is compressed or encrypted, which PyTorch's archives never are".formatted(name));
    }
    Region region = new Region(name, begin(name, local), length, u32(central, at + 16));
    if (length < 0 || region.position() > source.length() - length) {
      throw source.damaged("%s claims %d bytes".formatted(name, length));
    }
    if (entries.put(name, region) != null) {
      throw source.damaged("its zip directory has %s twice".formatted(name));
    }
    central.position(next);
  }

  /** Where an entry's bytes begin, behind a header of its own. */
  private long begin(String name, long local) throws IOException {
    ByteBuffer header = source.read(local, LOCAL_LENGTH);
    if (header.getInt(0) != LOCAL) {
      throw source.damaged("%s is not where its zip directory says".formatted(name));
    }
    return local + LOCAL_LENGTH + u16(header, 26) + u16(header, 28);
  }

  /** The 64-bit numbers of an entry, in the order of the fields that they replace. */
  private final class Extra {
    private final ByteBuffer bytes;
    private int at;
    private int end;

    Extra(ByteBuffer central, int from, int length) {
      bytes = central;
      int to = from + length;
      for (int field = from; field + 4 <= to; field += 4 + u16(central, field + 2)) {
        if (u16(central, field) == 1) {
          at = field + 4;
          end = Math.min(to, at + u16(central, field + 2));
        }
      }
    }

    long or(long value) throws IOException {
      if (value != IN_EXTRA) {
        return value;
      }
      if (at + 8 > end) {
        throw source.damaged("its zip directory lacks a 64-bit length");
      }
      at += 8;
      return bytes.getLong(at - 8);
    }
  }

  private static int u16(ByteBuffer bytes, int at) {
    return bytes.getShort(at) & 0xFFFF;
  }

  private static long u32(ByteBuffer bytes, int at) {
    return bytes.getInt(at) & 0xFFFFFFFFL;
  }
}
