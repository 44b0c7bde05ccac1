package io.inverseform.job.dataset;

import io.inverseform.udf.label.ClassCentroid;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.example.GroupWriteSupport;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;

/**
 * Writes one Parquet file of the sample table. The same rows give the same bytes. A file that is
 * closed without {@link #finish} is deleted: Parquet gives it a footer, and it would pass for a
 * whole one. Nothing is compressed: pictures and maps are already.
 */
public final class SampleWriter implements AutoCloseable {
  private static final long ROW_GROUP_BYTES = 32L << 20;

  private final Path file;
  private final Configuration hadoop;
  private final Support support;
  private final ParquetWriter<Group> writer;
  private boolean finished;

  private SampleWriter(Path file, MessageType schema, Configuration hadoop) throws IOException {
    this.file = file;
    this.hadoop = hadoop;
    support = new Support(schema);
    writer =
        new Builder(HadoopOutputFile.fromPath(file, hadoop), support)
            .withConf(hadoop)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withRowGroupSize(ROW_GROUP_BYTES)
            // Parquet looks at its buffers every 100 rows by default, too late for pictures.
            .withMinRowCountForPageSizeCheck(1)
            .withMaxRowCountForPageSizeCheck(10)
            .withDictionaryEncoding(false)
            // Pages of version 1 list two encodings a column, in the order of a hash set of enums,
            // which is another one in every JVM.
            .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
            .build();
  }

  /** A file of {@code samples/}, in place of one that is there. */
  public static SampleWriter samples(Path file, Configuration hadoop) throws IOException {
    return new SampleWriter(file, SampleSchema.SAMPLES_IN_PARQUET, hadoop);
  }

  /** A file of {@code rejected/}, in place of one that is there. */
  public static SampleWriter rejected(Path file, Configuration hadoop) throws IOException {
    return new SampleWriter(file, SampleSchema.REJECTED_IN_PARQUET, hadoop);
  }

  /** Adds a sample. */
  public void write(Sample sample) throws IOException {
    Group row = new SimpleGroup(support.schema);
    row.append(SampleSchema.SAMPLE_ID, sample.id());
    row.append(SampleSchema.SPLIT, sample.split());
    if (sample.image() != null) {
      row.append(SampleSchema.IMAGE, Binary.fromConstantByteArray(sample.image()));
    }
    row.append(SampleSchema.WIDTH, sample.width());
    row.append(SampleSchema.HEIGHT, sample.height());
    row.append(SampleSchema.LABELS, Binary.fromConstantByteArray(sample.labels()));
    row.append(SampleSchema.EDGES, Binary.fromConstantByteArray(sample.edges()));
    Group pixels = row.addGroup(SampleSchema.PIXELS_PER_CLASS);
    for (long count : sample.pixelsPerClass()) {
      pixels.addGroup(0).add(0, count);
    }
    row.append(SampleSchema.EDGE_PIXELS, sample.edgePixels());
    Group centroids = row.addGroup(SampleSchema.CENTROIDS);
    for (ClassCentroid centroid : sample.centroids()) {
      centroids
          .addGroup(0)
          .addGroup(0)
          .append("class", centroid.trainId())
          .append("tile_x", centroid.tileX())
          .append("tile_y", centroid.tileY())
          .append("x", centroid.x())
          .append("y", centroid.y());
    }
    row.append(SampleSchema.SOURCE, sample.source());
    row.append(SampleSchema.FINGERPRINT, sample.fingerprint());
    writer.write(row);
  }

  /** Adds a rejected picture. */
  public void write(Rejected rejected) throws IOException {
    writer.write(
        new SimpleGroup(support.schema)
            .append(SampleSchema.SAMPLE_ID, rejected.sampleId())
            .append(SampleSchema.SPLIT, rejected.split())
            .append(SampleSchema.SOURCE, rejected.source())
            .append(SampleSchema.REASON, rejected.reason()));
  }

  /** Makes the file whole, with some metadata in its footer. */
  public void finish(Map<String, String> metadata) throws IOException {
    support.metadata = metadata;
    writer.close();
    finished = true;
  }

  @Override
  public void close() throws IOException {
    if (finished) {
      return;
    }
    try {
      writer.close();
    } finally {
      file.getFileSystem(hadoop).delete(file, false);
    }
  }

  /** Parquet's own rows, with metadata that is known only at the end. */
  private static final class Support extends GroupWriteSupport {
    private final MessageType schema;
    private Map<String, String> metadata = Map.of();

    Support(MessageType schema) {
      this.schema = schema;
    }

    @Override
    public WriteContext init(Configuration configuration) {
      GroupWriteSupport.setSchema(schema, configuration);
      return super.init(configuration);
    }

    @Override
    public FinalizedWriteContext finalizeWrite() {
      return new FinalizedWriteContext(metadata);
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Group, Builder> {
    private final Support support;

    Builder(OutputFile file, Support support) {
      super(file);
      this.support = support;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Group> getWriteSupport(Configuration configuration) {
      return support;
    }
  }
}
