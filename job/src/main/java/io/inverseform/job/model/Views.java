package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ViewsConfig;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.job.torch.Tensors;
import java.util.List;

/**
 * Shows pictures to a network, view by view, and averages what it says. What a view needs is free
 * before the next one: beside one pass there are the sums at the size of the picture and of one
 * scaled picture.
 */
final class Views {
  private final SegmentationNetwork network;
  private final ViewsConfig config;

  /** Takes from what the network says what is to be averaged. */
  interface Reader {
    /**
     * Maps of the given size.
     *
     * @param alone whether there is no other view
     * @return each (N, channels, height, width)
     */
    NDList read(Output output, long height, long width, boolean alone);
  }

  /**
   * Views of a network.
   *
   * @throws ConfigException if windows are smaller than the network takes
   */
  Views(SegmentationNetwork network, ViewsConfig config) {
    for (int side : config.window()) {
      if (side < network.minSide()) {
        throw new ConfigException(
            "'evaluate.views.window' must have sides of at least %d for this network, is %s"
                .formatted(network.minSide(), config.window()));
      }
    }
    this.network = network;
    this.config = config;
  }

  /**
   * The means over all views, where every scale counts the same.
   *
   * @param pictures (N, 3, H, W), normalised; owner of the result
   * @return what the reader takes, at the size of the pictures
   */
  NDList mean(NDArray pictures, Reader reader) {
    int height = Math.toIntExact(pictures.getShape().get(2));
    int width = Math.toIntExact(pictures.getShape().get(3));
    List<Windows> scales = Windows.ofAll(config, height, width, network.minSide());
    boolean alone = !config.flip() && scales.size() == 1 && scales.get(0).count() == 1;
    NDList sums = new NDList();
    for (Windows windows : scales) {
      try (NDArray scaled =
          windows.height() == height && windows.width() == width
              ? pictures.duplicate()
              : Operators.bilinear(pictures, windows.height(), windows.width(), false)) {
        NDList own =
            windows.count() == 1
                ? ofView(scaled, height, width, reader, alone)
                : ofWindows(scaled, windows, height, width, reader);
        add(sums, own);
      }
    }
    if (scales.size() > 1) {
      sums.forEach(sum -> sum.divi(scales.size()));
    }
    return sums;
  }

  private NDList ofWindows(NDArray scaled, Windows windows, int height, int width, Reader reader) {
    NDList sums = new NDList();
    for (int top : windows.tops()) {
      for (int left : windows.lefts()) {
        NDIndex place =
            new NDIndex(
                ":, :, %d:%d, %d:%d"
                    .formatted(
                        top, top + windows.windowHeight(), left, left + windows.windowWidth()));
        try (NDArray window = scaled.get(place);
            NDList votes =
                ofView(window, windows.windowHeight(), windows.windowWidth(), reader, false)) {
          for (int i = 0; i < votes.size(); i++) {
            if (sums.size() == i) {
              sums.add(empty(votes.get(i), windows));
            }
            try (NDArray part = sums.get(i).get(place)) {
              Operators.addInPlace(part, votes.get(i));
            }
          }
        }
      }
    }
    try (NDArray counts =
        Tensors.of(
            scaled.getManager(),
            windows.cover(),
            new Shape(1, 1, windows.height(), windows.width()))) {
      sums.forEach(sum -> sum.divi(counts));
    }
    if (windows.height() == height && windows.width() == width) {
      return sums;
    }
    try (sums) {
      NDList full = new NDList();
      sums.forEach(sum -> full.add(Operators.bilinear(sum, height, width, false)));
      return full;
    }
  }

  private static NDArray empty(NDArray votes, Windows windows) {
    Shape shape = votes.getShape();
    return votes
        .getManager()
        .zeros(new Shape(shape.get(0), shape.get(1), windows.height(), windows.width()));
  }

  /** Of one view, mirrored as well where that is configured. */
  private NDList ofView(NDArray view, int height, int width, Reader reader, boolean alone) {
    NDList votes = pass(view.duplicate(), height, width, reader, alone);
    if (config.flip()) {
      try (NDList mirrored = pass(view.flip(3), height, width, reader, false)) {
        for (int i = 0; i < votes.size(); i++) {
          try (NDArray back = mirrored.get(i).flip(3)) {
            Operators.addInPlace(votes.get(i), back);
          }
        }
      }
      votes.forEach(vote -> vote.divi(2));
    }
    return votes;
  }

  /** Takes the input over. */
  private NDList pass(NDArray input, int height, int width, Reader reader, boolean alone) {
    NDManager owner = input.getManager();
    try (NDManager arrays = owner.newSubManager();
        Tape tape = Tape.inference(arrays)) {
      input.attach(arrays);
      NDList read = reader.read(network.main(tape, input), height, width, alone);
      read.attach(owner);
      return read;
    }
  }

  /** Adds maps to sums, and takes them over. */
  private static void add(NDList sums, NDList maps) {
    if (sums.isEmpty()) {
      sums.addAll(maps);
      return;
    }
    try (maps) {
      for (int i = 0; i < maps.size(); i++) {
        Operators.addInPlace(sums.get(i), maps.get(i));
      }
    }
  }
}
