package io.inverseform.job.preprocess;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/** Pictures that become one task and one Parquet file, in their order. */
record Chunk(List<Picture> pictures) implements Serializable {
  /** The file's name, which says by its hash what is in it. */
  String fileName() {
    return "part-"
        + Settings.hash(
            pictures.stream().map(Picture::fingerprint).collect(Collectors.joining("\n")))
        + ".parquet";
  }
}
