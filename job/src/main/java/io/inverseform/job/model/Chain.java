package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Layers of one input and one output, one behind the other; possibly none. */
final class Chain extends Layer {
  private final List<Layer> links = new ArrayList<>();

  /** Appends a layer under a name, empty if the layer names its parameters in full. */
  Chain then(String name, Layer layer) {
    links.add(add(name, layer));
    return this;
  }

  @Override
  public NDList forward(Tape tape, NDList inputs) {
    return sideBySide(tape, List.of(this), inputs);
  }

  /**
   * Runs chains of one network, each on its own input, link by link; synchronised norms at the same
   * place share their rounds.
   */
  static NDList sideBySide(Tape tape, List<Chain> chains, NDList inputs) {
    NDArray[] x = inputs.toArray(new NDArray[0]);
    int longest = chains.stream().mapToInt(chain -> chain.links.size()).max().orElse(0);
    for (int k = 0; k < longest; k++) {
      int link = k;
      int[] going =
          IntStream.range(0, x.length).filter(i -> link < chains.get(i).links.size()).toArray();
      List<Layer> links =
          Arrays.stream(going).mapToObj(i -> chains.get(i).links.get(link)).toList();
      NDList y = links(tape, links, new NDList(Arrays.stream(going).mapToObj(i -> x[i]).toList()));
      for (int i = 0; i < going.length; i++) {
        x[going[i]] = y.get(i);
      }
    }
    return new NDList(x);
  }

  private static NDList links(Tape tape, List<Layer> links, NDList x) {
    if (links.stream().allMatch(ConvolutionNorm.class::isInstance)) {
      return ConvolutionNorm.sideBySide(
          tape, links.stream().map(ConvolutionNorm.class::cast).toList(), x);
    }
    if (links.stream().allMatch(ResidualBlock.class::isInstance)) {
      return ResidualBlock.sideBySide(
          tape, links.stream().map(ResidualBlock.class::cast).toList(), x);
    }
    NDList y = new NDList();
    for (int i = 0; i < links.size(); i++) {
      y.add(links.get(i).forward(tape, x.get(i)));
    }
    return y;
  }
}
