package io.inverseform.job.preprocess;

import java.io.Serializable;
import java.util.List;

/** What a task has to do: the pictures of a chunk, and where known ones come from. */
record ChunkWork(Chunk chunk, List<Item> items) implements Serializable {
  /**
   * A picture.
   *
   * @param from file that holds its sample already, or null
   * @param reason why it is known to be unusable, or null
   */
  record Item(Picture picture, String from, String reason) implements Serializable {
    boolean isKnown() {
      return from != null || reason != null;
    }
  }

  long bytes() {
    return items.stream().mapToLong(item -> item.picture().pair().image().bytes()).sum();
  }

  long unknown() {
    return items.stream().filter(item -> !item.isKnown()).count();
  }
}
