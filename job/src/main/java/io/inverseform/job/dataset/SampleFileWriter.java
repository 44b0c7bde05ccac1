package io.inverseform.job.dataset;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Writes a {@link SampleFile}; samples may come in any order, their ids give the order kept. */
final class SampleFileWriter implements AutoCloseable {
  private record Entry(String id, long offset, int length, int crc) {}

  private final DataOutputStream out;
  private final List<Entry> entries = new ArrayList<>();
  private long offset;

  SampleFileWriter(Path path) throws IOException {
    out =
        new DataOutputStream(
            new BufferedOutputStream(
                Files.newOutputStream(
                    path,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE),
                1 << 20));
  }

  void append(Sample sample) throws IOException {
    byte[] record = SampleCodec.encode(sample);
    out.write(record);
    entries.add(new Entry(sample.id(), offset, record.length, SampleFile.crc(record)));
    offset += record.length;
  }

  int size() {
    return entries.size();
  }

  /** Writes index and trailer. Without it the file is not whole. */
  void finish() throws IOException {
    entries.sort(Comparator.comparing(Entry::id));
    ByteBuffer index = ByteBuffer.allocate(entries.size() * SampleFile.ENTRY_BYTES);
    for (Entry entry : entries) {
      index.putLong(entry.offset()).putInt(entry.length()).putInt(entry.crc());
    }
    out.write(index.array());
    out.writeLong(offset);
    out.writeInt(entries.size());
    out.writeInt(SampleFile.crc(index.array()));
    out.writeLong(SampleFile.MAGIC);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
