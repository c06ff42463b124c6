"""A simulated professional-services firm: the truth first, then evidence that loses some of it, then what people report.

Everything here is invented, and says so wherever it is printed or written. No model and no capture code may import this
package (import contract), so that nothing can be tuned on how the truth is made.
"""
