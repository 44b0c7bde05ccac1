package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.SampleTable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A table being written in a hidden folder beside its final place. Nothing is visible until {@link
 * #publish}; closed without it, the hidden folder is removed.
 */
final class StagedTable implements AutoCloseable {
  private final FileSystem fileSystem;
  private final SampleTable target;
  private final SampleTable staged;
  private final Path replaced;
  private boolean published;

  StagedTable(String folder, Configuration hadoop) throws IOException {
    target = SampleTable.at(folder, hadoop);
    Path place = target.folder();
    fileSystem = place.getFileSystem(hadoop);
    if (fileSystem.exists(place) && !target.exists() && fileSystem.listStatus(place).length > 0) {
      throw new IOException(
          place + " exists and is no sample table: set data.table to another folder");
    }
    String unique = UUID.randomUUID().toString();
    String name = "." + place.getName();
    staged =
        SampleTable.at(new Path(place.getParent(), name + ".writing-" + unique).toString(), hadoop);
    replaced = new Path(place.getParent(), name + ".replaced-" + unique);
    fileSystem.mkdirs(staged.folder());
  }

  SampleTable staged() {
    return staged;
  }

  SampleTable target() {
    return target;
  }

  void writeSummary(Summary summary) throws IOException {
    try (OutputStream out = fileSystem.create(staged.summary(), false)) {
      out.write(summary.json().getBytes(StandardCharsets.UTF_8));
    }
  }

  void publish() throws IOException {
    if (fileSystem.exists(target.folder())) {
      rename(target.folder(), replaced);
    }
    rename(staged.folder(), target.folder());
    published = true;
    fileSystem.delete(replaced, true);
  }

  private void rename(Path from, Path to) throws IOException {
    if (!fileSystem.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }

  @Override
  public void close() throws IOException {
    if (!published) {
      fileSystem.delete(staged.folder(), true);
    }
  }
}
