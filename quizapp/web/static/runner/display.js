// How the page looks to this reader, remembered on the device.

const PLACE = "quizapp-display";
const LARGEST = 4;
const DEFAULT = { zoom: 0, contrast: false, spacing: false, hidesTime: false, usesKeys: true, keys: {} };

export class Display {
  constructor() {
    this.wishes = { ...DEFAULT, ...stored() };
    this.show();
  }

  set(wishes) {
    Object.assign(this.wishes, wishes);
    this.show();
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.wishes));
    } catch {
      // Then the wish holds for this page.
    }
  }

  zoom(step) {
    this.set({ zoom: Math.min(LARGEST, Math.max(0, this.wishes.zoom + step)) });
  }

  show() {
    const { dataset } = document.documentElement;
    dataset.zoom = this.wishes.zoom;
    dataset.contrast = this.wishes.contrast ? "high" : "usual";
    dataset.spacing = this.wishes.spacing ? "wide" : "usual";
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
}
