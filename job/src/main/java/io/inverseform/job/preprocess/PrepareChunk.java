package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.Rejected;
import io.inverseform.job.dataset.Sample;
import io.inverseform.job.dataset.SampleWriter;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The body of a task: its pictures in order, one in memory at a time, into one file of its own.
 * Spark may run a task twice; the file of one attempt is taken, the other's is deleted with what is
 * left over.
 */
final class PrepareChunk implements Function<ChunkWork, PrepareChunk.Result> {
  private static final long serialVersionUID = 2;

  private final String table;
  private final SamplePreparer.Recipe recipe;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final LongAccumulator done;

  PrepareChunk(
      String table,
      SamplePreparer.Recipe recipe,
      Broadcast<SerializableConfiguration> hadoop,
      LongAccumulator done) {
    this.table = table;
    this.recipe = recipe;
    this.hadoop = hadoop;
    this.done = done;
  }

  /** What a task tells the driver. */
  record Result(PreparedFile file, TaskTimes times) implements Serializable {}

  @Override
  public Result call(ChunkWork work) throws IOException {
    Configuration configuration = hadoop.value().value();
    TaskTimes times = new TaskTimes();
    SamplePreparer preparer = new SamplePreparer(recipe, configuration, times);
    String name = work.chunk().fileName();
    Path file = TableFolder.attempt(table, name);
    String split = work.items().get(0).picture().pair().split();
    SplitCount count = SplitCount.none(split, recipe.labels().catalogue().size());
    List<ChunkReport.Row> samples = new ArrayList<>();
    List<Rejected> rejected = new ArrayList<>();
    ChunkReport report;
    try (SampleWriter writer = SampleWriter.samples(file, configuration);
        KnownSamples known = new KnownSamples(configuration)) {
      for (ChunkWork.Item item : work.items()) {
        Picture picture = item.picture();
        times.begin();
        try {
          Sample sample = item.from() == null ? prepare(item, preparer) : known.next(item, times);
          writer.write(sample);
          times.end(TaskTimes.Part.WRITE);
          samples.add(new ChunkReport.Row(sample.id(), sample.fingerprint()));
          count = count.plus(sample, picture.pair().image().bytes());
        } catch (RejectedException e) {
          rejected.add(picture.rejected(e.getMessage()));
        }
        done.add(item.isKnown() ? 0 : 1);
      }
      times.begin();
      report = new ChunkReport(count, samples, rejected);
      writer.finish(report.metadata());
      times.end(TaskTimes.Part.WRITE);
    }
    long bytes = file.getFileSystem(configuration).getFileStatus(file).getLen();
    return new Result(new PreparedFile(name, file.toString(), bytes, report), times);
  }

  private static Sample prepare(ChunkWork.Item item, SamplePreparer preparer)
      throws RejectedException, IOException {
    if (item.reason() != null) {
      throw new RejectedException(item.reason());
    }
    return preparer.prepare(item.picture());
  }
}
