package io.inverseform.job.preprocess;

import io.inverseform.job.dataset.Rejected;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a run has to do: the difference between the pictures that are there and the files that were
 * made of pictures before.
 *
 * @param whole files that are right as they are
 * @param work files to write, the largest first
 * @param removed samples of pictures that are no longer there
 */
record Plan(List<Chunk> chunks, List<PreparedFile> whole, List<ChunkWork> work, long removed) {
  static Plan of(List<Chunk> chunks, Map<String, PreparedFile> files) {
    Map<String, String> samples = new HashMap<>();
    Map<String, String> reasons = new HashMap<>();
    Set<String> gone = new HashSet<>();
    for (PreparedFile file : files.values()) {
      String split = file.report().count().split();
      for (ChunkReport.Row row : file.report().samples()) {
        samples.put(row.fingerprint(), file.path());
        gone.add(split + "/" + row.sampleId());
      }
      for (Rejected rejected : file.report().rejected()) {
        reasons.put(rejected.fingerprint(), rejected.reason());
      }
    }
    List<PreparedFile> whole = new ArrayList<>();
    List<ChunkWork> work = new ArrayList<>();
    for (Chunk chunk : chunks) {
      PreparedFile file = files.get(chunk.fileName());
      List<ChunkWork.Item> items = new ArrayList<>();
      for (Picture picture : chunk.pictures()) {
        String fingerprint = picture.fingerprint();
        gone.remove(picture.pair().split() + "/" + picture.pair().sampleId());
        items.add(new ChunkWork.Item(picture, samples.get(fingerprint), reasons.get(fingerprint)));
      }
      if (file != null) {
        whole.add(file);
      } else {
        work.add(new ChunkWork(chunk, items));
      }
    }
    // So that no large task is left when the others have ended.
    work.sort(Comparator.comparingLong(ChunkWork::bytes).reversed());
    return new Plan(chunks, whole, work, gone.size());
  }

  /** Pictures of all splits. */
  long pictures() {
    return chunks.stream().mapToLong(chunk -> chunk.pictures().size()).sum();
  }

  /** Pictures that are new or changed. */
  long unknown() {
    return work.stream().mapToLong(ChunkWork::unknown).sum();
  }

  /** What is to be done, for the console. */
  @Override
  public String toString() {
    Map<String, long[]> splits = new TreeMap<>();
    for (Chunk chunk : chunks) {
      for (Picture picture : chunk.pictures()) {
        long[] counts = splits.computeIfAbsent(picture.pair().split(), split -> new long[3]);
        counts[0]++;
        counts[1] += picture.pair().image().bytes();
        counts[2] += picture.pair().label().exists() ? 0 : 1;
      }
    }
    StringBuilder text = new StringBuilder();
    splits.forEach(
        (split, counts) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "%-12s %8d pictures %10.1f MB%s%n",
                    split,
                    counts[0],
                    counts[1] / 1e6,
                    counts[2] == 0 ? "" : ", %d without a label file".formatted(counts[2]))));
    return text.append(
            String.format(
                "%d new or changed, %d unchanged, %d removed; %d of %d files to write%n",
                unknown(), pictures() - unknown(), removed, work.size(), chunks.size()))
        .toString();
  }
}
