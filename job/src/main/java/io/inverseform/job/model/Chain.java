package io.inverseform.job.model;

import ai.djl.ndarray.NDList;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import java.util.ArrayList;
import java.util.List;

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
    NDList x = inputs;
    for (Layer link : links) {
      x = link.forward(tape, x);
    }
    return x;
  }
}
