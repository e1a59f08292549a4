export {
  canPictureInPicture,
  closePictureInPicture,
  openPictureInPicture,
  PictureInPicture,
} from './PictureInPicture';
export { Stage } from './Stage';
