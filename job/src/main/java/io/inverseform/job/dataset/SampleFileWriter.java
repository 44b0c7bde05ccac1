package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
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
  private record Entry(
      String id, long offset, int length, int crc, List<ClassCentroid> centroids) {}

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
    entries.add(
        new Entry(sample.id(), offset, record.length, SampleFile.crc(record), sample.centroids()));
    offset += record.length;
  }

  int size() {
    return entries.size();
  }

  /** Bytes so far. */
  long bytes() {
    return offset;
  }

  /** Writes index, centroids and trailer. Without it the file is not whole. */
  void finish() throws IOException {
    entries.sort(Comparator.comparing(Entry::id));
    ByteBuffer index = ByteBuffer.allocate(entries.size() * SampleFile.ENTRY_BYTES);
    for (Entry entry : entries) {
      index.putLong(entry.offset()).putInt(entry.length()).putInt(entry.crc());
    }
    byte[] centroids = SampleCodec.encode(entries.stream().map(Entry::centroids).toList());
    out.write(index.array());
    out.write(centroids);
    out.writeLong(offset);
    out.writeInt(entries.size());
    out.writeInt(SampleFile.crc(index.array()));
    out.writeInt(centroids.length);
    out.writeInt(SampleFile.crc(centroids));
    out.writeLong(SampleFile.MAGIC);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
